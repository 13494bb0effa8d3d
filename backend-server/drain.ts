import { OrderlyError } from '../shared/contract/errors.ts';
import { nameServerMethods } from '../shared/contract/nameserver.ts';
import { type ReplicaStatus, replicaMethods } from '../shared/contract/replica.ts';
import type { View } from '../shared/contract/view.ts';
import type { NameClient } from '../shared/rpc/name-client.ts';
import type { Clock, Timer } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { PeerLinks, Self } from './peer-links.ts';
import type { Replica } from './replica.ts';
import type { Storage } from './storage/storage.ts';

/** How often a draining back end looks whether it leads and somebody else could. */
const lookMs = 1_000;
const askMs = 500;
const resignMs = 1_000;

interface Parts {
  replica: Replica;
  storage: Storage;
  links: PeerLinks;
  names: NameClient;
  clock: Clock;
  logger: Logger;
  group: string;
}

/**
 * Drained, a back end stays a member and keeps every order, so that nothing is less safe; but it
 * leads only while nobody else can. It asks the name server for a successor without stopping its
 * own work first (unlike a hand-over before the end of the process): when the successor is lost in
 * that moment this back end simply goes on. Forgotten when the process ends.
 */
export class Drain {
  readonly #parts: Parts;
  #timer: Timer | null = null;
  #looking: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get on(): boolean {
    return this.#timer !== null;
  }

  /** Resolves when it has asked for a successor, if it leads and there is one. */
  async set(draining: boolean): Promise<void> {
    if (draining === this.on) return;
    this.#parts.logger.warn({ draining }, draining ? 'draining' : 'drained no more');
    if (draining) {
      this.#timer = this.#parts.clock.setRepeating(lookMs, () => { void this.#look(); });
      await this.#look();
    } else this.stop();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #look(): Promise<void> {
    this.#looking ??= this.#giveAway().finally(() => { this.#looking = null; });
    return this.#looking;
  }

  async #giveAway(): Promise<void> {
    const { replica, storage } = this.#parts;
    const { clusterId, news } = replica;
    if (!replica.status().serving || clusterId === null || news === null) return;
    const { storeId, boot } = storage.image.core;
    const successor = await this.#successor(news.view, { clusterId, storeId, boot });
    if (successor === null || !this.on || replica.news?.view !== news.view) return;
    await this.#resign(news.view, successor);
  }

  /** The most advanced other member that answers, is in sync and drains not itself. */
  async #successor(view: View, self: Self): Promise<string | null> {
    const others = view.inSync.filter((storeId) => storeId !== self.storeId);
    const statuses = await Promise.all(others.map((storeId) => this.#ask(storeId, self)));
    const able = statuses.flatMap((status) =>
      status !== null && status.state === 'in sync' && status.epoch === view.epoch ? [status] : []);
    return able.toSorted((a, b) => b.lastLsn - a.lastLsn)[0]?.storeId ?? null;
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

  async #resign(view: View, to: string): Promise<void> {
    const { names, replica, storage, logger, group } = this.#parts;
    const { storeId: primary, boot } = storage.image.core;
    const params = { group, expect: view.viewNumber, primary, boot, to };
    try {
      const answer = await names.call(
        nameServerMethods.resign, params, { deadlineMs: resignMs },
      );
      logger.info({ to, ok: answer.ok, why: answer.why }, 'asked for a successor');
      replica.hear(answer.news);
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      logger.warn({ err: error }, 'the name server did not answer to a draining primary');
    }
  }
}
