import { OrderlyError } from '../shared/contract/errors.ts';
import { type ViewAnswer, nameServerMethods } from '../shared/contract/nameserver.ts';
import type { Entry, PeerMessage } from '../shared/contract/replica.ts';
import type { ViewNews } from '../shared/contract/view.ts';
import { must } from '../shared/runtime/assert.ts';
import type { Clock, Timer } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { NameClient } from '../shared/rpc/name-client.ts';
import type { ClusterSecret } from '../shared/rpc/secret.ts';
import { isSealed } from '../shared/rpc/view-seal.ts';
import { commitDurations, fsyncDurations } from './durations.ts';
import type { AppliedResult } from './orders/state.ts';
import { errorOf } from './outcome-error.ts';
import { type PeerLinks, type Self } from './peer-links.ts';
import { type CoreStatus, ReplicaCore } from './replication/core.ts';
import type { Effect, Event, Outcome } from './replication/events.ts';
import type { TraceEvent } from './replication/trace-event.ts';
import type { CoreConfig } from './replication/config.ts';
import { fetchSnapshot } from './snapshot-fetch.ts';
import type { Storage } from './storage/storage.ts';

/** One tick of the core. */
const tickMs = 100;
/** A proposal that was not answered by then is asked again by the core. */
const proposalMs = 1000;

export interface ReplicaParts {
  storage: Storage;
  links: PeerLinks;
  names: NameClient;
  secret: ClusterSecret;
  clock: Clock;
  logger: Logger;
  config: CoreConfig;
  group: string;
  /** The process has to end: nothing may be promised or answered any more. */
  onFatal: (why: string) => void;
  onTrace: (event: TraceEvent) => void;
  /** Entries that were taken from the primary, committed or not. */
  onEntries: (entries: readonly Entry[]) => void;
  /** More was executed. */
  onApplied: () => void;
}

/** What a committed op did, and how many stores had it on disk. */
export interface Done {
  lsn: number;
  copies: number;
  applied: AppliedResult;
}

interface Waiting {
  resolve: (outcome: Outcome) => void;
}

/**
 * The shell of the core: events in, one step each, effects performed in the order given. Persist
 * before send and send before answer hold because the core says so and nothing here reorders.
 */
export class Replica {
  readonly #parts: ReplicaParts;
  readonly #core: ReplicaCore;
  readonly #queue: Event[] = [];
  readonly #waiting = new Map<number, Waiting>();
  /** What the ops that somebody waits for did; kept until the last of them has read it. */
  readonly #results = new Map<string, { waiters: number; applied: AppliedResult | null }>();
  #self: Self | null = null;
  #scheduled = false;
  #nextReq = 1;
  #timer: Timer | null = null;
  #muted = false;
  #news: ViewNews | null = null;
  #stopped = false;
  #nobodyTakesOver = false;
  #settled: (() => void)[] = [];

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
    const { image } = parts.storage;
    this.#core = new ReplicaCore(image.core, parts.config);
    if (image.clusterId !== null) this.#join(image.clusterId);
    if (image.core.view !== null) this.#news = { view: image.core.view, dead: [] };
  }

  start(): void {
    this.#timer = this.#parts.clock.setRepeating(tickMs, () => this.input({ kind: 'tick' }));
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#abandonWaiting();
  }

  get clusterId(): string | null {
    return this.#self?.clusterId ?? null;
  }

  /** The newest view that is known here, for those who ask the wrong store. */
  get news(): ViewNews | null {
    return this.#news;
  }

  /** Whether this store leads and somebody else could take over. */
  get canHandOver(): boolean {
    const others = (this.#news?.view.inSync.length ?? 0) > 1;
    return others && !this.#nobodyTakesOver && this.status().role === 'primary';
  }

  status(): CoreStatus {
    return this.#core.inspect();
  }

  /** The entry at a position, while it is still in memory. */
  entryAt(lsn: number): Entry | null {
    return this.#core.state.log.at(lsn);
  }

  /** Of the primary: how far behind each other store is, as far as is known here. */
  lags(): { peer: string; entries: number }[] {
    const { log, primary } = this.#core.state;
    return [...primary?.peers.values() ?? []].map(({ storeId, matchLsn }) =>
      ({ peer: storeId, entries: log.lastLsn - matchLsn }));
  }

  async joinCluster(clusterId: string): Promise<void> {
    if (this.#self !== null) return;
    await this.#parts.storage.setClusterId(clusterId);
    this.#join(clusterId);
  }

  #join(clusterId: string): void {
    const { storeId, boot } = this.#parts.storage.image.core;
    this.#self = { clusterId, storeId, boot };
  }

  /**
   * Behind the down switch nothing is heard and nothing is said; who waits for an answer learns
   * that its outcome is unknown.
   */
  setMuted(muted: boolean): void {
    this.#muted = muted;
    if (!muted) return;
    this.#parts.links.close();
    this.#abandonWaiting();
  }

  #abandonWaiting(): void {
    for (const { resolve } of this.#waiting.values()) resolve({ kind: 'unknown' });
    this.#waiting.clear();
  }

  /** Takes an event; all that arrive in one turn are stepped together and flushed once. */
  input(event: Event): void {
    if (this.#stopped) return;
    this.#queue.push(event);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#drain());
  }

  receive(from: { storeId: string; boot: number }, messages: readonly PeerMessage[]): void {
    for (const message of messages) {
      const view = message.kind === 'ack' ? null : message.view;
      if (view !== null && !this.#trusted(view)) continue;
      this.input({ kind: 'message', from: from.storeId, boot: from.boot, message });
    }
  }

  hear(news: ViewNews): void {
    if (!this.#trusted(news.view)) return;
    this.input({ kind: 'news', news });
  }

  setPeers(peers: { storeId: string; boot: number }[]): void {
    this.input({ kind: 'peers', peers });
  }

  handOver(): void {
    this.input({ kind: 'hand-over' });
  }

  /** A view that the name server of this cluster made for this group, or nothing at all (G1). */
  #trusted(view: ViewNews['view']): boolean {
    const good =
      view.clusterId === this.clusterId &&
      view.group === this.#parts.group &&
      isSealed(this.#parts.secret, view);
    if (!good)
      this.#parts.logger.warn({ view: view.viewNumber }, 'a view that is not ours was refused');
    return good;
  }

  /**
   * Resolves when the op is committed and executed. Throws not_primary, overloaded,
   * outcome_unknown.
   */
  async submit(opId: string, payload: string): Promise<Done> {
    const awaited = this.#results.get(opId) ?? { waiters: 0, applied: null };
    awaited.waiters += 1;
    this.#results.set(opId, awaited);
    const startMs = this.#parts.clock.nowMs();
    const outcome = await this.#ask((req) => ({ kind: 'submit', req, opId, payload }));
    awaited.waiters -= 1;
    if (awaited.waiters === 0) this.#results.delete(opId);
    if (outcome.kind !== 'done') throw errorOf(outcome, this.#news);
    commitDurations.took(this.#parts.clock.nowMs() - startMs);
    const applied = must(awaited.applied, 'an answered op was executed');
    return { lsn: outcome.lsn, copies: outcome.copies, applied };
  }

  /** Resolves when this primary serves, is one no more, or has taken its time. */
  async settled(waitMs: number): Promise<void> {
    if (this.status().serving) return;
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.setTimer(waitMs, resolve);
      this.#settled.push(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** Resolves when the state here is at least as new as every write answered before the call. */
  async confirmRead(): Promise<number> {
    const outcome = await this.#ask((req) => ({ kind: 'read', req }));
    if (outcome.kind !== 'read-at') throw errorOf(outcome, this.#news);
    return outcome.lsn;
  }

  #ask(event: (req: number) => Event): Promise<Outcome> {
    const req = this.#nextReq;
    this.#nextReq += 1;
    return new Promise((resolve) => {
      this.#waiting.set(req, { resolve });
      this.input(event(req));
    });
  }

  #drain(): void {
    this.#scheduled = false;
    const events = this.#queue.splice(0);
    for (const event of events) this.#perform(this.#core.step(event));
    this.#perform(this.#core.step({ kind: 'flush' }));
    if (this.#self !== null && !this.#muted) this.#parts.links.deliver(this.#self);
  }

  #perform(effects: Effect[]): void {
    for (const effect of effects) {
      if (this.#stopped) return;
      this.#performOne(effect);
    }
  }

  #performOne(effect: Effect): void {
    switch (effect.kind) {
      case 'persist':
        return this.#persist(effect);
      case 'apply':
        return this.#apply(effect.upTo);
      case 'send': {
        if (!this.#muted) this.#parts.links.gather(effect.to, effect.message);
        return undefined;
      }
      case 'answer':
        return this.#answer(effect);
      case 'propose':
        return this.#propose(effect.proposal);
      case 'resign':
        return this.#resign(effect);
      case 'make-snapshot':
        return this.#makeSnapshot(effect.to);
      case 'install-snapshot':
        return this.#installSnapshot(effect);
      case 'fatal':
        return this.#fatal(effect.why);
      case 'trace': {
        this.#follow(effect.event);
        return this.#parts.onTrace(effect.event);
      }
    }
  }

  #follow(event: TraceEvent): void {
    if (event.name === 'view-adopted') this.#news = { view: event.view, dead: [] };
    if (event.name !== 'serving' && event.name !== 'stepped-down') return;
    for (const resolve of this.#settled.splice(0)) resolve();
  }

  #persist(effect: Extract<Effect, { kind: 'persist' }>): void {
    this.#parts.storage.persist(effect.ops).then(
      ({ ms }) => {
        fsyncDurations.took(ms);
        this.input({ kind: 'persisted', token: effect.token, ms });
      },
      (error: unknown) => this.#storageFailed(error),
    );
    if (this.#core.state.primary !== null) return;
    for (const op of effect.ops) if (op.op === 'append') this.#parts.onEntries(op.entries);
  }

  #apply(upTo: number): void {
    this.#parts.storage.apply(upTo).then(
      ({ results, stateHash }) => {
        for (const applied of results) {
          const awaited = this.#results.get(applied.opId);
          if (awaited !== undefined) awaited.applied = applied;
        }
        this.input({ kind: 'applied', upTo, stateHash });
        this.#parts.onApplied();
      },
      (error: unknown) => this.#storageFailed(error),
    );
  }

  #answer({ req, outcome }: { req: number; outcome: Outcome }): void {
    const waiting = this.#waiting.get(req);
    this.#waiting.delete(req);
    waiting?.resolve(outcome);
  }

  #propose(proposal: Extract<Effect, { kind: 'propose' }>['proposal']): void {
    const params = { group: this.#parts.group, ...proposal };
    this.#askNameServer(proposal.expect, () =>
      this.#parts.names.call(nameServerMethods.propose, params, { deadlineMs: proposalMs }),
    );
  }

  #resign({ expect, to }: { expect: number; to: string | null }): void {
    const { storeId, boot } = this.#parts.storage.image.core;
    const params = { group: this.#parts.group, expect, primary: storeId, boot, to };
    this.#askNameServer(expect, async () => {
      const { names } = this.#parts;
      const answer = await names.call(nameServerMethods.resign, params, { deadlineMs: proposalMs });
      this.#nobodyTakesOver = !answer.ok && answer.news.view.viewNumber === expect;
      return answer;
    });
  }

  #askNameServer(expect: number, ask: () => Promise<ViewAnswer>): void {
    if (this.#muted) return;
    ask().then(
      ({ ok, why, news }) => {
        if (!ok)
          this.#parts.logger.info({ expect, why }, 'the name server refused a change of the view');
        this.hear(news);
        this.input({ kind: 'proposal-answered', expect, ok });
      },
      (error: unknown) => {
        this.#parts.logger.warn({ expect, err: error },
          'no word from the name server on a change of the view');
        this.input({ kind: 'proposal-answered', expect, ok: null });
      },
    );
  }

  #makeSnapshot(to: string): void {
    this.#parts.storage.makeSnapshot().then(
      (offer) => this.input({ kind: 'snapshot-made', to, offer }),
      (error: unknown) => {
        this.#parts.logger.error({ err: error }, 'no snapshot could be made');
        this.input({ kind: 'snapshot-made', to, offer: null });
      },
    );
  }

  #installSnapshot(effect: Extract<Effect, { kind: 'install-snapshot' }>): void {
    const { from, offer } = effect;
    const self = must(this.#self, 'only a member of a cluster gets messages');
    const client = this.#parts.links.client(from, self);
    const { storage, logger } = this.#parts;
    const install = async (): Promise<void> => {
      if (client === null)
        throw new OrderlyError('unavailable', 'Nobody knows where the primary is.');
      const file = await fetchSnapshot({ client, self, from, offer, dir: storage.scratchDir });
      const base = await storage.installSnapshot(file, offer);
      this.input({ kind: 'snapshot-installed', base, ok: true });
    };
    install().catch((error: unknown) => {
      if (error instanceof OrderlyError && error.data['storage_failed'] === true) {
        this.#storageFailed(error);
        return;
      }
      logger.warn({ err: error, from }, 'a snapshot could not be installed');
      this.input({ kind: 'snapshot-installed', base: offer.base, ok: false });
    });
  }

  #storageFailed(error: unknown): void {
    if (this.#stopped) return;
    const why = error instanceof Error ? error.message : String(error);
    this.input({ kind: 'storage-failed', why });
  }

  #fatal(why: string): void {
    this.stop();
    this.#parts.onFatal(why);
  }
}
