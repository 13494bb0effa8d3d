import type { NodeActivity } from '../shared/contract/activity.ts';
import { activityMethods } from '../shared/contract/activity.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import type { ClusterMember, ClusterStatus } from '../shared/contract/frontend.ts';
import { metricsMethods } from '../shared/contract/metrics.ts';
import type { Registration } from '../shared/contract/nameserver.ts';
import { nameServerMethods } from '../shared/contract/nameserver.ts';
import type { ReplicaStatus } from '../shared/contract/replica.ts';
import { replicaMethods } from '../shared/contract/replica.ts';
import { isServiceName } from '../shared/contract/service.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { currentTrace, traced } from '../shared/runtime/trace.ts';
import type { Elector, NameCaller } from './elector.ts';
import type { Members } from './members.ts';
import type { ViewHolder } from './view-holder.ts';

/** Each is asked at the same time; what has not answered by then is shown as failed. */
const gatherMs = 500;
const setDownMs = 2_000;
/** A primary asks the others and the name server first. */
const setDrainingMs = 4_000;
const metricsMs = 3_000;
/** A primary asks the successor and the name server first, and may have to take over itself. */
const promoteMs = 3_000;
/** A successor serves a few milliseconds after it was named; a busy machine takes longer. */
const takeOverMs = 2_000;
const lookEveryMs = 25;
/** Its name where back ends have theirs. */
const nameServerNode = 'nameserver';

type Listed = Registration & { alive: boolean; lastSeenMs: number };

/** A back end that is known from the view, from the name server, or from both. */
interface Known {
  storeId: string;
  /** The name that it registered under; null for a member that is not registered now. */
  id: string | null;
  address: string;
  /** Since its last sign of life at the name server; null when that does not know it. */
  lastSeenMs: number | null;
}

type Answered = Known & { status: ReplicaStatus | null };

/** What operators see of the cluster and do to it, through this front end. */
export class ClusterDesk {
  readonly #holder: ViewHolder;
  readonly #elector: Elector;
  readonly #members: Members;
  readonly #names: NameCaller & { readonly address: string | null };
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #self: () => { id: string; address: string; waiting: number };
  readonly #group: string;
  /** Asked again even when the name server has forgotten them. */
  #answeredLast: Known[] = [];
  /** By storeId: one that was ended in order is in the view still, and nowhere by its name. */
  readonly #lastNames = new Map<string, string>();

  constructor(parts: {
    holder: ViewHolder; elector: Elector; members: Members;
    names: NameCaller & { readonly address: string | null };
    clock: Clock; logger: Logger; group: string;
    /** This front end: its name, its public address and how many requests wait in it. */
    self: () => { id: string; address: string; waiting: number };
  }) {
    this.#holder = parts.holder;
    this.#elector = parts.elector;
    this.#members = parts.members;
    this.#names = parts.names;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#self = parts.self;
    this.#group = parts.group;
  }

  async status(): Promise<ClusterStatus> {
    const { listed, answered } = await this.#gather();
    const view = this.#holder.view;
    const inSync = new Set(view?.inSync);
    const statuses = answered.flatMap(({ status }) => (status === null ? [] : [status]));
    const committed = Math.max(0, ...statuses.map(({ commitLsn }) => commitLsn));
    const primary = statuses.find(({ storeId }) => storeId === this.#holder.belief?.primary);
    return {
      group: this.#group,
      view: view === null ? null : {
        cluster_id: view.clusterId, lineage: view.lineage, view_number: view.viewNumber,
        epoch: view.epoch, primary: view.primary, in_sync: view.inSync,
        min_in_sync: view.minInSync, reason: view.reason,
      },
      front_end: this.#frontEnd(),
      members: answered.map((one) => memberOf(one, { inSync: inSync.has(one.storeId), committed })),
      name_server: { address: this.#names.address, reachable: listed !== null },
      front_ends: (listed ?? []).filter(({ kind }) => kind === 'frontend')
        .map(({ id, address, alive }) => ({ id, address, alive })),
      services: (listed ?? []).filter(({ kind }) => isServiceName(kind))
        .map(({ kind, id, address, alive }) => ({ kind, id, address, alive })),
      geocoders: (primary ?? statuses[0])?.geocoders ?? [],
    };
  }

  /**
   * Switches a back end down or up; `node` is its name or its storeId. Throws `not_found`,
   * `invalid_params` when the name is not unique, or what the call to it threw.
   */
  async setDown(node: string, down: boolean): Promise<ClusterMember> {
    const trace = currentTrace();
    const known = await this.#named(node);
    const status = await traced(trace, () => this.#members.call(
      known.address, replicaMethods.setDown, { params: { down }, deadlineMs: setDownMs },
    ));
    const facts = { node: status.id, storeId: status.storeId, down };
    traced(trace, () => this.#logger.warn(facts, 'back end switched'));
    return this.#memberOf(known, status);
  }

  /** Drains a back end or ends that; throws as setDown does. */
  async setDraining(node: string, draining: boolean): Promise<ClusterMember> {
    const trace = currentTrace();
    const known = await this.#named(node);
    const status = await traced(trace, () => this.#members.call(
      known.address, replicaMethods.setDraining,
      { params: { draining }, deadlineMs: setDrainingMs },
    ));
    const facts = { node: status.id, storeId: status.storeId, draining };
    traced(trace, () => this.#logger.warn(facts, 'back end drained'));
    return this.#memberOf(known, status);
  }

  /**
   * Makes a back end that is in sync the primary; nothing happens when it leads already. Throws
   * as setDown does, `not_in_sync`, and `unavailable` when no primary hands over.
   */
  async promote(node: string): Promise<ClusterMember> {
    const trace = currentTrace();
    const known = await this.#named(node);
    if (known.status?.down === true) {
      throw new OrderlyError('not_in_sync', 'It can not lead now: it is switched down.');
    }
    if (known.storeId !== this.#holder.belief?.primary || known.status?.role !== 'primary') {
      await traced(trace, () => this.#handOver(known.storeId));
      await this.#elector.find();
    }
    const untilMs = this.#clock.nowMs() + takeOverMs;
    for (;;) {
      const status = await this.#members.status(known.address, gatherMs);
      const leads = status.role === 'primary' && status.state !== 'activating';
      if (leads || this.#clock.nowMs() > untilMs) return this.#memberOf(known, status);
      await this.#clock.sleep(lookEveryMs);
    }
  }

  async #handOver(to: string): Promise<void> {
    const trace = currentTrace();
    const leader = this.#holder.belief;
    if (leader === null || leader.address === null) {
      throw new OrderlyError('unavailable', 'No primary is known, so none can hand over.');
    }
    try {
      await this.#members.call(
        leader.address, replicaMethods.promote, { params: { to }, deadlineMs: promoteMs },
      );
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      traced(trace, () => this.#logger.warn({ err: error, to }, 'the primary did not hand over'));
      if (error.code !== 'not_primary' && error.code !== 'down') throw error;
      throw new OrderlyError('unavailable', 'The primary is being replaced; try again.');
    }
    const facts = { from: leader.primary, to };
    traced(trace, () => this.#logger.warn(facts, 'primary role handed over'));
  }

  /** What a back end did since it was started. Throws as setDown does. */
  async activityOf(node: string): Promise<NodeActivity> {
    const { address } = await this.#named(node);
    const options = { params: {}, deadlineMs: gatherMs };
    return await this.#members.call(address, activityMethods.read, options);
  }

  /** What a back end or the name server (`nameserver`) measured. Throws as setDown does. */
  async metricsOf(node: string): Promise<string> {
    const options = { params: {}, deadlineMs: metricsMs };
    if (node === nameServerNode) {
      const { params, ...rest } = options;
      return (await this.#names.call(metricsMethods.read, params, rest)).text;
    }
    const { address } = await this.#named(node);
    return (await this.#members.call(address, metricsMethods.read, options)).text;
  }

  /** The state of a back end in one word, and whether it does its part. Throws `not_found`. */
  async readinessOf(node: string): Promise<{ ready: boolean; state: string }> {
    if (node === nameServerNode) {
      const ready = await this.nameServerAnswers(gatherMs);
      return { ready, state: ready ? 'serving' : 'failed' };
    }
    const { status } = await this.#named(node);
    const state = status?.state ?? 'failed';
    return { ready: state === 'serving' || state === 'in sync', state };
  }

  /** Every program of the cluster by the name that metricsOf takes; null: one asks it itself. */
  async programs(): Promise<{ node: string | null; address: string }[]> {
    const { listed, answered } = await this.#gather();
    const { id, address } = this.#self();
    const others = (listed ?? []).filter((one) => one.kind === 'frontend' && one.id !== id);
    return [
      { node: null, address },
      ...others.map((one) => ({ node: null, address: one.address })),
      ...answered.map((one) => ({ node: nameOf(one), address })),
      { node: nameServerNode, address },
    ];
  }

  /** True when the name server answers within deadlineMs. */
  async nameServerAnswers(deadlineMs: number): Promise<boolean> {
    try {
      await this.#names.call(nameServerMethods.getView, { group: this.#group }, { deadlineMs });
      return true;
    } catch {
      // Whatever went wrong, the question was whether it answers.
      return false;
    }
  }

  #memberOf(known: Known, status: ReplicaStatus): ClusterMember {
    const inSync = this.#holder.view?.inSync.includes(known.storeId) === true;
    return memberOf({ ...known, status }, { inSync, committed: status.commitLsn });
  }

  /** Throws `not_found`, and `invalid_params` when the name is not unique. */
  async #named(node: string): Promise<Answered> {
    const { answered } = await this.#gather();
    const sameName = answered.filter(({ storeId, id, status }) =>
      storeId === node || id === node || status?.id === node);
    // A name may have been that of a store before, which is gone.
    const living = sameName.filter(({ status }) => status !== null);
    const named = living.length > 0 ? living : sameName;
    const [known] = named;
    if (known === undefined) throw new OrderlyError('not_found', 'No back end has that name.');
    if (named.length > 1) {
      throw new OrderlyError('invalid_params', 'Several back ends have that name; use store_id.');
    }
    return known;
  }

  /** True when the primary that we believe in answers as such within deadlineMs. */
  async primaryAnswers(deadlineMs: number): Promise<boolean> {
    const belief = this.#holder.belief;
    if (belief === null || belief.address === null) return false;
    try {
      const status = await this.#members.status(belief.address, deadlineMs);
      return status.role === 'primary' && !status.down;
    } catch {
      // Whatever went wrong, the question was whether it answers.
      return false;
    }
  }

  #frontEnd(): ClusterStatus['front_end'] {
    const { id, address, waiting } = this.#self();
    const { belief } = this.#holder;
    const { last } = this.#elector;
    return {
      id,
      address,
      view_number: belief?.viewNumber ?? 0,
      primary: belief?.primary ?? null,
      primary_address: belief?.address ?? null,
      electing: this.#elector.electing,
      waiting,
      last_election: last === null ? null : {
        at: last.at, suspicion: last.suspicion, from_view_number: last.fromViewNumber,
        to_view_number: last.toViewNumber, took_ms: last.tookMs,
      },
    };
  }

  async #gather(): Promise<{ listed: Listed[] | null; answered: Answered[] }> {
    const listing = this.#list();
    // Those of the view are asked at once; a name server that is away must not cost their time.
    const asking = new Map(this.#ofView().map((known) => [known.address, this.#ask(known)]));
    const listed = await listing;
    // The lost ones too: a back end that is switched down lets its registration lapse, yet answers.
    const registered = (listed ?? []).filter(({ kind }) => kind === 'replica')
      .map(({ instance, id, address, lastSeenMs }) =>
        ({ storeId: instance, id, address, lastSeenMs }));
    for (const known of [...registered, ...this.#answeredLast]) {
      if (!asking.has(known.address)) asking.set(known.address, this.#ask(known));
    }
    const byStore = new Map<string, Answered>();
    for (const one of await Promise.all(asking.values())) {
      const entry = registered.find(({ storeId }) => storeId === one.storeId);
      const id = entry?.id ?? one.status?.id ?? this.#lastNames.get(one.storeId) ?? one.id;
      if (id !== null) this.#lastNames.set(one.storeId, id);
      const lastSeenMs = entry?.lastSeenMs ?? null;
      const better = byStore.get(one.storeId)?.status ?? null;
      if (better === null) byStore.set(one.storeId, { ...one, id, lastSeenMs });
    }
    const answered = [...byStore.values()]
      .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    this.#answeredLast = answered.filter(({ status }) => status !== null)
      .map(({ storeId, id, address }) => ({ storeId, id, address, lastSeenMs: null }));
    return { listed, answered };
  }

  #ofView(): Known[] {
    const addresses = this.#holder.view?.addresses ?? {};
    return Object.entries(addresses).map(([storeId, address]) =>
      ({ storeId, id: null, address, lastSeenMs: null }));
  }

  async #list(): Promise<Listed[] | null> {
    try {
      const { registrations } = await this.#names.call(
        nameServerMethods.list, { group: this.#group }, { deadlineMs: gatherMs },
      );
      return registrations;
    } catch (error) {
      this.#logger.debug({ err: error }, 'the name server does not list registrations');
      return null;
    }
  }

  async #ask(known: Known): Promise<Answered> {
    try {
      const status = await this.#members.status(known.address, gatherMs);
      return { ...known, status: status.storeId === known.storeId ? status : null };
    } catch {
      // Shown as failed: that it does not answer is the news.
      return { ...known, status: null };
    }
  }
}

const nameOf = ({ id, status, storeId }: Answered): string => status?.id ?? id ?? storeId;

function memberOf(
  one: Answered, { inSync, committed }: { inSync: boolean; committed: number },
): ClusterMember {
  const { status } = one;
  return {
    id: nameOf(one),
    store_id: one.storeId,
    address: one.address,
    in_sync: inSync,
    reachable: status !== null,
    role: status?.role ?? 'failed',
    state: status?.state ?? 'failed',
    down: status?.down ?? null,
    view_number: status?.viewNumber ?? null,
    epoch: status?.epoch ?? null,
    last_epoch: status?.lastEpoch ?? null,
    last_lsn: status?.lastLsn ?? null,
    commit_lsn: status?.commitLsn ?? null,
    applied_lsn: status?.appliedLsn ?? null,
    lag: status === null ? null : Math.max(0, committed - status.appliedLsn),
    fsync_age_ms: status?.fsyncAgeMs ?? null,
    orders: status?.orders ?? null,
    uptime_s: status?.uptimeS ?? null,
    pid: status?.pid ?? null,
    version: status?.version ?? null,
    last_seen_ms: one.lastSeenMs,
  };
}
