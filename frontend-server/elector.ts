import { randomInt } from 'node:crypto';
import { backendMethods } from '../shared/contract/backend.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import type { Method } from '../shared/contract/method.ts';
import { nameServerMethods } from '../shared/contract/nameserver.ts';
import type { ReplicaStatus } from '../shared/contract/replica.ts';
import { replicaMethods } from '../shared/contract/replica.ts';
import type { RpcClient } from '../shared/rpc/client.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { LastWord } from '../shared/runtime/last-word.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Members } from './members.ts';
import type { Belief, Suspicion } from './primary-tracker.ts';
import { newsOf } from './primary-tracker.ts';
import type { ViewHolder } from './view-holder.ts';

/** A connection to the primary that is believed in. */
export interface Lane {
  readonly belief: Belief;
  readonly client: RpcClient;
}

/** What the elector needs of the name client. */
export interface NameCaller {
  call<P, R>(method: Method<P, R>, params: P, options: { deadlineMs: number }): Promise<R>;
}

/**
 * moved: requests go elsewhere now. alive: the suspected primary answers, nothing was changed.
 * unchanged: no better primary was found; a short wait is already over.
 */
export type RoundResult = 'moved' | 'alive' | 'unchanged';

/** What the front end shows of its last election. */
export interface ElectionReport {
  at: string;
  suspicion: Suspicion;
  fromViewNumber: number;
  toViewNumber: number;
  tookMs: number;
}

/** A living primary answers its status in a millisecond or two; longer means it does not run. */
const lookMs = 300;
/** A hung member must not hold up the election of a healthy one. */
const gatherMs = 250;
/** The name server probes the suspect itself before it answers. */
const electMs = 1_000;
const fetchViewMs = 500;
/** Full jitter between two rounds, so that several front ends do not march in step. */
const pauseMsMin = 20;
const pauseMsMax = 100;

export class Elector {
  readonly #holder: ViewHolder;
  readonly #members: Members;
  readonly #names: NameCaller;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #group: string;
  readonly #frontend: string;
  #round: Promise<RoundResult> | null = null;
  #last: ElectionReport | null = null;
  /** Of an outage, in which there are some ten rounds a second. */
  readonly #outcome = new LastWord();

  constructor(parts: {
    holder: ViewHolder; members: Members; names: NameCaller; clock: Clock; logger: Logger;
    group: string;
    /** The random id of this process, by which the name server counts who suspects. */
    frontend: string;
  }) {
    this.#holder = parts.holder;
    this.#members = parts.members;
    this.#names = parts.names;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#group = parts.group;
    this.#frontend = parts.frontend;
  }

  get electing(): boolean {
    return this.#round !== null;
  }

  get last(): ElectionReport | null {
    return this.#last;
  }

  /**
   * The primary of this lane failed. However many requests say so, one round is under way at a
   * time and all of them wait for it. `look` asks the primary for its status first: one that
   * answers as primary is not suspected (PROTOCOL H27).
   */
  suspect(lane: Lane, suspicion: Suspicion, look: boolean): Promise<RoundResult> {
    return this.#shared(async () => {
      const { belief } = lane;
      if (this.#movedSince(belief)) return 'moved';
      const confirmed = look ? await this.#lookAt(lane) : suspicion;
      if (this.#movedSince(belief)) return 'moved';
      if (confirmed === 'alive') return 'alive';
      if (confirmed === 'not_primary') return await this.#fetchRound(belief);
      return await this.#electRound(belief, confirmed);
    });
  }

  /** Nobody is known to be primary, or it does not say so itself: asks the name server. */
  find(): Promise<RoundResult> {
    return this.#shared(() => this.#fetchRound(this.#holder.belief));
  }

  #shared(round: () => Promise<RoundResult>): Promise<RoundResult> {
    this.#round ??= round().finally(() => { this.#round = null; });
    return this.#round;
  }

  #movedSince(before: Belief | null): boolean {
    const now = this.#holder.belief;
    if (now === null) return false;
    return before === null || now.epoch !== before.epoch || now.address !== before.address;
  }

  async #lookAt({ belief, client }: Lane): Promise<Suspicion | 'alive' | 'not_primary'> {
    try {
      const status = await client.call(replicaMethods.status, {}, { deadlineMs: lookMs });
      // Another back end has taken the address: the one we look for is not there.
      if (status.storeId !== belief.primary) return 'refused';
      if (status.down) return 'down';
      return status.role === 'primary' ? 'alive' : 'not_primary';
    } catch (error) {
      const reason = error instanceof OrderlyError ? error.data['reason'] : undefined;
      if (reason === 'refused' || reason === 'reset') return reason;
      return reason === 'handshake' ? 'refused' : 'timeout';
    }
  }

  async #fetchRound(before: Belief | null): Promise<RoundResult> {
    try {
      const answer = await this.#names.call(
        nameServerMethods.getView, { group: this.#group }, { deadlineMs: fetchViewMs },
      );
      if (answer.news !== null) this.#holder.adopt(answer.news.view, 'name server');
    } catch (error) {
      this.#logger.debug({ err: error }, 'the name server did not tell the view');
    }
    return await this.#settle(before);
  }

  async #electRound(belief: Belief, suspicion: Suspicion): Promise<RoundResult> {
    const startedMs = this.#clock.nowMs();
    const statuses = await this.#gather(belief);
    await this.#askForNews(statuses);
    if (this.#movedSince(belief)) return 'moved';
    const wish = { suspicion, candidate: mostAdvanced(statuses) };
    // The set may change under the same primary: its new view has to be named, at once.
    let viewNumber = this.#holder.belief?.viewNumber ?? belief.viewNumber;
    while (await this.#elect(viewNumber, wish)) {
      const now = this.#holder.belief?.viewNumber ?? viewNumber;
      if (this.#movedSince(belief) || now === viewNumber) break;
      viewNumber = now;
    }
    if (this.#movedSince(belief)) this.#report({ viewNumber, suspicion, startedMs });
    return await this.#settle(belief);
  }

  /** Asks for another primary than that of this view, once. False: the name server would not. */
  async #elect(
    viewNumber: number, wish: { suspicion: Suspicion; candidate: string | null },
  ): Promise<boolean> {
    const { suspicion } = wish;
    try {
      const answer = await this.#names.call(
        nameServerMethods.elect,
        { group: this.#group, viewNumber, frontend: this.#frontend, ...wish },
        { deadlineMs: electMs },
      );
      this.#holder.adopt(answer.news.view, 'election');
      const { ok, why } = answer;
      if (this.#outcome.isNew(`${viewNumber} ${ok} ${why}`) && !ok) {
        this.#logger.info({ suspicion, viewNumber, why }, 'election refused');
      }
      return ok;
    } catch (error) {
      if (this.#outcome.isNew(`${viewNumber} unanswered`)) {
        this.#logger.warn({ err: error }, 'the name server did not answer to a suspicion');
      }
      return false;
    }
  }

  /** The other in-sync members as they see themselves; those that do not answer are left out. */
  async #gather(belief: Belief): Promise<ReplicaStatus[]> {
    const view = this.#holder.view;
    if (view === null) return [];
    const asked = view.inSync.flatMap((storeId) => {
      const address = view.addresses[storeId];
      return storeId === belief.primary || address === undefined ? [] : [{ storeId, address }];
    });
    const answers = await Promise.allSettled(asked.map(async ({ storeId, address }) => {
      const status = await this.#members.status(address, gatherMs);
      return status.storeId === storeId ? status : null;
    }));
    const statuses = answers.flatMap((answer) =>
      answer.status === 'fulfilled' && answer.value !== null ? [answer.value] : []);
    for (const status of statuses) this.#holder.claim(status);
    return statuses;
  }

  /**
   * A member may know a newer view than we do, with no name server there to tell us. One that is
   * not the primary sends it along with its refusal to read.
   */
  async #askForNews(statuses: ReplicaStatus[]): Promise<void> {
    const known = this.#holder.belief?.viewNumber ?? 0;
    const ahead = statuses.filter(({ viewNumber, down }) => viewNumber > known && !down);
    await Promise.all(ahead.map(async ({ address }) => {
      const params = { viewNumber: known, query: { query: 'menu.get' as const }, stale: false };
      try {
        await this.#members.call(
          address, backendMethods.read, { params, deadlineMs: gatherMs },
        );
      } catch (error) {
        const news = error instanceof OrderlyError ? newsOf(error) : null;
        if (news !== null) this.#holder.adopt(news.view, 'back end');
      }
    }));
  }

  #report(election: { viewNumber: number; suspicion: Suspicion; startedMs: number }): void {
    const { viewNumber: fromViewNumber, suspicion, startedMs } = election;
    const tookMs = Math.round(this.#clock.nowMs() - startedMs);
    const toViewNumber = this.#holder.belief?.viewNumber ?? 0;
    this.#last = { at: this.#clock.wallIso(), suspicion, fromViewNumber, toViewNumber, tookMs };
    this.#logger.info({ ...this.#last }, 'primary replaced');
  }

  async #settle(before: Belief | null): Promise<RoundResult> {
    if (this.#movedSince(before)) return 'moved';
    await this.#clock.sleep(randomInt(pauseMsMin, pauseMsMax + 1));
    return this.#movedSince(before) ? 'moved' : 'unchanged';
  }
}

/**
 * The storeId with the longest log of those that do not drain, and of all where none is left: every
 * member has what was confirmed. The name server has the last word.
 */
function mostAdvanced(statuses: ReplicaStatus[]): string | null {
  const able = statuses.filter(({ down, role }) => !down && role !== 'quarantine');
  const staying = able.filter(({ state }) => state !== 'draining');
  const [best] = (staying.length > 0 ? staying : able).toSorted((a, b) =>
    b.lastEpoch - a.lastEpoch || b.lastLsn - a.lastLsn);
  return best?.storeId ?? null;
}
