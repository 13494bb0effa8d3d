import type { ErrorCode, OrderlyError } from '../shared/contract/errors.ts';
import type { ReplicaStatus } from '../shared/contract/replica.ts';
import type { View, ViewNews } from '../shared/contract/view.ts';
import { viewNewsSchema } from '../shared/contract/view.ts';

/**
 * What the front end believes about the view, and what a failed attempt means. Pure: observations
 * in, belief and judgement out; the elector and the forwarder act. A wrong belief costs time, never
 * an order: the back ends fence on the epoch.
 */

/** Whom requests are sent to. `viewNumber` only grows; `epoch` changes with the primary. */
export interface Belief {
  readonly viewNumber: number;
  readonly epoch: number;
  /** storeId of the primary. */
  readonly primary: string;
  /** null when the view does not say where its primary is. */
  readonly address: string | null;
}

/** Why a primary is suspected, in the words of views.elect. */
export type Suspicion = 'refused' | 'reset' | 'timeout' | 'down';

/** What became of a view document that came in. */
export type Adoption = 'newer' | 'known' | 'older' | 'foreign';

/**
 * answer: the error goes to the caller unchanged. resend: the belief has moved, send again at
 * once. pause: send again after a short wait; `lost` says that the one we asked is not the primary
 * and does not know who is. suspect: the primary itself failed; `look` asks it for its status
 * before anybody is asked to replace it.
 */
export type Judgement =
  | { next: 'answer' }
  | { next: 'resend'; mayHaveRun: boolean }
  | { next: 'pause'; mayHaveRun: boolean; waitMs: number; lost: boolean }
  | { next: 'suspect'; mayHaveRun: boolean; suspicion: Suspicion; look: boolean };

/** Failures of the transport itself, by the `reason` that the RPC client puts into its errors. */
const transportFailures: ReadonlyMap<string, Judgement> = new Map<string, Judgement>([
  ['refused', { next: 'suspect', mayHaveRun: false, suspicion: 'refused', look: false }],
  ['unreachable', { next: 'suspect', mayHaveRun: false, suspicion: 'timeout', look: true }],
  // Another process may have taken the port, or the primary died in the middle of the handshake.
  ['handshake', { next: 'suspect', mayHaveRun: false, suspicion: 'reset', look: true }],
  ['reset', { next: 'suspect', mayHaveRun: true, suspicion: 'reset', look: true }],
  ['timeout', { next: 'suspect', mayHaveRun: true, suspicion: 'timeout', look: true }],
]);

/** Answers of a back end after which the same request is sent again. */
const retriable: ReadonlySet<ErrorCode> = new Set([
  'not_primary', 'unavailable', 'overloaded', 'outcome_unknown',
]);

/** A wait that a back end may ask for; longer ones are cut, the total deadline is 5 s. */
const askedWaitMsMax = 1_000;

function failureOf(error: OrderlyError): Judgement | undefined {
  const { reason } = error.data;
  const ours = error.code === 'unavailable' || error.code === 'outcome_unknown';
  return ours && typeof reason === 'string' ? transportFailures.get(reason) : undefined;
}

/** True when no back end said this: our own transport did. */
export const isFromTransport = (error: OrderlyError): boolean => failureOf(error) !== undefined;

const askedWait = (error: OrderlyError): number =>
  Math.min(error.data.retry_after_ms ?? 0, askedWaitMsMax);

/** The view that a refusing back end sent along, when it did. */
export function newsOf(error: OrderlyError): ViewNews | null {
  const parsed = viewNewsSchema.safeParse(error.data['news']);
  return parsed.success ? parsed.data : null;
}

const believe = (view: View): Belief => ({
  viewNumber: view.viewNumber,
  epoch: view.epoch,
  primary: view.primary,
  address: view.addresses[view.primary] ?? null,
});

export class PrimaryTracker {
  readonly group: string;
  #view: View | null = null;
  #belief: Belief | null = null;

  constructor(group: string) {
    this.group = group;
  }

  /** The newest view document seen; may be older than the belief after a claim. */
  get view(): View | null {
    return this.#view;
  }

  get belief(): Belief | null {
    return this.#belief;
  }

  /** PROTOCOL G1 for a reader: a higher viewNumber of the same cluster and lineage wins. */
  adopt(view: View): Adoption {
    const known = this.#view;
    if (view.group !== this.group) return 'foreign';
    if (known !== null && (view.clusterId !== known.clusterId || view.lineage < known.lineage)) {
      return 'foreign';
    }
    if (known !== null && view.viewNumber < known.viewNumber) return 'older';
    if (known !== null && view.viewNumber === known.viewNumber) {
      return view.docHash === known.docHash ? 'known' : 'foreign';
    }
    this.#view = view;
    if (view.viewNumber >= (this.#belief?.viewNumber ?? 0)) this.#belief = believe(view);
    return 'newer';
  }

  /**
   * A member says that it is the primary of a higher view: enough to send requests there while the
   * name server, which has the document, is away. True when the belief changed.
   */
  claim(status: ReplicaStatus): boolean {
    if (status.role !== 'primary' || status.down || status.group !== this.group) return false;
    if (this.#view !== null && status.clusterId !== this.#view.clusterId) return false;
    if (status.viewNumber <= (this.#belief?.viewNumber ?? 0)) return false;
    const { viewNumber, epoch, storeId, address } = status;
    this.#belief = { viewNumber, epoch, primary: storeId, address };
    return true;
  }

  /** True when requests now go to another primary, or another process, than `sentTo`. */
  movedSince(sentTo: Belief): boolean {
    const now = this.#belief;
    return now !== null && (now.epoch !== sentTo.epoch || now.address !== sentTo.address);
  }

  /** What a failed attempt means. News in the error must have been adopted before. */
  judge(error: OrderlyError, sentTo: Belief): Judgement {
    const judgement = judgeAlone(error);
    if (judgement.next === 'answer' || !this.movedSince(sentTo)) return judgement;
    return { next: 'resend', mayHaveRun: judgement.mayHaveRun };
  }
}

function judgeAlone(error: OrderlyError): Judgement {
  const failure = failureOf(error);
  if (failure !== undefined) return failure;
  const mayHaveRun = !error.row.definite;
  if (error.code === 'down') {
    return { next: 'suspect', mayHaveRun, suspicion: 'down', look: false };
  }
  if (!retriable.has(error.code)) return { next: 'answer' };
  const lost = error.code === 'not_primary';
  return { next: 'pause', mayHaveRun, waitMs: askedWait(error), lost };
}
