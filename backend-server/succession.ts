import { OrderlyError } from '../shared/contract/errors.ts';
import { nameServerMethods } from '../shared/contract/nameserver.ts';
import { type ReplicaStatus, replicaMethods } from '../shared/contract/replica.ts';
import type { View } from '../shared/contract/view.ts';
import type { NameClient } from '../shared/rpc/name-client.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { PeerLinks, Self } from './peer-links.ts';
import type { Replica } from './replica.ts';
import { requireServing } from './require-serving.ts';
import type { Storage } from './storage/storage.ts';

const askMs = 500;
const resignMs = 1_000;

export interface SuccessionParts {
  replica: Replica;
  storage: Storage;
  links: PeerLinks;
  names: NameClient;
  logger: Logger;
  group: string;
}

/** The view that this back end leads in, and who it is there. */
interface Reign {
  view: View;
  self: Self;
}

/**
 * How a primary gives its role away without stopping its own work first (unlike a hand-over before
 * the end of the process): when the successor is lost in that moment this back end simply goes on.
 */
export class Succession {
  readonly #parts: SuccessionParts;

  constructor(parts: SuccessionParts) {
    this.#parts = parts;
  }

  /** null when this back end does not serve as primary. */
  get reign(): Reign | null {
    const { replica, storage } = this.#parts;
    const { clusterId, news } = replica;
    if (!replica.status().serving || clusterId === null || news === null) return null;
    const { storeId, boot } = storage.image.core;
    return { view: news.view, self: { clusterId, storeId, boot } };
  }

  /** The most advanced other member that answers, is in sync and drains not itself. */
  async mostAdvanced({ view, self }: Reign): Promise<string | null> {
    const others = view.inSync.filter((storeId) => storeId !== self.storeId);
    const statuses = await Promise.all(others.map((storeId) => this.#ask(storeId, self)));
    const able = statuses.flatMap((status) =>
      status !== null && canLead(status, view) ? [status] : []);
    return able.toSorted((a, b) => b.lastLsn - a.lastLsn)[0]?.storeId ?? null;
  }

  /**
   * Hands the role to that member; nothing happens when it is this one. Throws `not_primary`,
   * `not_in_sync` when it can not lead, and `unavailable` or `outcome_unknown` by the name server.
   */
  async promote(to: string): Promise<void> {
    await requireServing(this.#parts.replica);
    const { reign } = this;
    if (reign === null) throw new OrderlyError('unavailable');
    const { view, self } = reign;
    if (to === self.storeId) return;
    const status = view.inSync.includes(to) ? await this.#ask(to, self) : null;
    if (status === null) {
      throw new OrderlyError('not_in_sync', 'It is not in sync, or does not answer the primary.');
    }
    if (!canLead(status, view)) {
      throw new OrderlyError('not_in_sync', `It can not lead now: it is ${status.state}.`);
    }
    const answer = await this.#replaceBy(view, to);
    if (!answer.ok) {
      throw new OrderlyError('unavailable', `The name server refused: ${answer.why}.`);
    }
    if (answer.news.view.primary === to) return;
    throw new OrderlyError('not_in_sync', 'The name server does not hear from it; another leads.');
  }

  /** Asks for that successor; a name server that does not answer changes nothing. */
  async resign({ view }: Reign, to: string): Promise<void> {
    try {
      await this.#replaceBy(view, to);
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      this.#parts.logger.warn({ err: error }, 'the name server did not answer to a primary');
    }
  }

  async #replaceBy(view: View, to: string) {
    const { names, replica, storage, logger, group } = this.#parts;
    const { storeId: primary, boot } = storage.image.core;
    const params = { group, expect: view.viewNumber, primary, boot, to };
    const answer = await names.call(nameServerMethods.resign, params, { deadlineMs: resignMs });
    logger.info({ to, ok: answer.ok, why: answer.why }, 'asked for a successor');
    replica.hear(answer.news);
    return answer;
  }

  async #ask(storeId: string, self: Self): Promise<ReplicaStatus | null> {
    const client = this.#parts.links.client(storeId, self);
    if (client === null) return null;
    try {
      const status = await client.call(replicaMethods.status, {}, { deadlineMs: askMs });
      return status.storeId === storeId ? status : null;
    } catch {
      // Whoever does not answer can not take over.
      return null;
    }
  }
}

const canLead = (status: ReplicaStatus, view: View): boolean =>
  status.state === 'in sync' && status.epoch === view.epoch;
