import type { BeatStatus, Registration, ViewAnswer } from '../shared/contract/nameserver.ts';
import type { View, ViewNews } from '../shared/contract/view.ts';
import { assert } from '../shared/runtime/assert.ts';
import type { Registry } from './registry.ts';

/**
 * Who may change the view, and how: rules N1 to N5 of PROTOCOL 3.4. Pure: time is a parameter, the
 * seal is a function given at the start. Each accepted change adds exactly one to viewNumber and
 * is saved by the caller before anyone hears of it.
 */

export interface RuleTimes {
  leaseMs: number;
  /** A new primary that does not serve by then gives way to another; doubles up to the max. */
  activationMs: number;
  activationMsMax: number;
  /** A view lives at least so long when its primary answers us but not the front ends. */
  viewLifeMs: number;
}

export const defaultRuleTimes: RuleTimes = {
  leaseMs: 2000,
  activationMs: 4000,
  activationMsMax: 60_000,
  viewLifeMs: 3000,
};

export type Seal = (view: Omit<View, 'docHash' | 'seal'>) => View;

/** What our own look at the suspected primary gave. */
export type Probe = 'refused' | 'silent' | 'down' | 'alive';

/** What is on disk of one group. */
export interface GroupImage {
  group: string;
  view: View | null;
  /** Stores that lost data they had acknowledged: never again part of the group. */
  burned: string[];
}

export interface Position {
  epoch: number;
  lsn: number;
}

const before = (a: Position, b: Position): boolean =>
  a.epoch < b.epoch || (a.epoch === b.epoch && a.lsn < b.lsn);

export class GroupRules {
  readonly #clusterId: string;
  readonly #group: string;
  readonly #registry: Registry;
  readonly #times: RuleTimes;
  readonly #seal: Seal;
  readonly #startedMs: number;
  view: View | null;
  readonly burned: Set<string>;
  /** Why no view may be changed: another history than ours exists somewhere (H20). */
  frozen: string | null = null;
  /** What each store has vouched for, in the epoch it did so, and in which life. */
  readonly #vouched = new Map<string, Position & { boot: number }>();
  #viewSinceMs: number;
  #epochSinceMs: number;
  #served = false;
  #patienceMs: number;
  #suspectedBy = new Map<string, Set<string>>();

  constructor(options: {
    clusterId: string;
    image: GroupImage;
    registry: Registry;
    times: RuleTimes;
    seal: Seal;
    nowMs: number;
  }) {
    this.#clusterId = options.clusterId;
    this.#group = options.image.group;
    this.#registry = options.registry;
    this.#times = options.times;
    this.#seal = options.seal;
    this.#startedMs = options.nowMs;
    this.view = options.image.view;
    this.burned = new Set(options.image.burned);
    this.#viewSinceMs = options.nowMs;
    this.#epochSinceMs = options.nowMs;
    this.#patienceMs = options.times.activationMs;
  }

  news(nowMs: number): ViewNews | null {
    if (this.view === null) return null;
    const dead = this.view.inSync.filter((storeId) => {
      const entry = this.#registry.get(storeId);
      const grace = nowMs - this.#startedMs <= this.#times.leaseMs + 1000;
      return entry === null ? !grace : !this.#registry.alive(entry, nowMs);
    });
    return { view: this.view, dead };
  }

  /** A replica's beat was registered. Returns whether the view has changed. */
  onBeat(registration: Registration, status: BeatStatus, nowMs: number): boolean {
    this.#checkHistory(status);
    this.#checkDisk(registration, status);
    if (this.view === null) return this.#firstView(registration, status, nowMs);
    const { primary, primaryBoot, epoch } = this.view;
    if (registration.instance !== primary) return false;
    if (registration.boot > primaryBoot) {
      return this.#elect({ candidate: null, reason: 'the primary was started again', nowMs });
    }
    if (status.serving && status.epoch === epoch && !this.#served) {
      this.#served = true;
      this.#patienceMs = this.#times.activationMs;
    }
    return false;
  }

  /** H20: somebody knows a later view, or another one under our number. */
  #checkHistory(status: BeatStatus): void {
    const ours = this.view?.viewNumber ?? 0;
    if (status.viewNumber > ours) {
      this.frozen = `a store has seen view ${status.viewNumber}, this name server only ${ours}`;
    } else if (status.viewNumber === ours && ours > 0 && status.docHash !== this.view?.docHash) {
      this.frozen = `a store holds another view under number ${ours}`;
    }
  }

  /** H4: a member that was started again must still have what it vouched for before. */
  #checkDisk(registration: Registration, status: BeatStatus): void {
    const { instance, boot } = registration;
    const acked = { epoch: status.ackedEpoch, lsn: status.ackedLsn };
    // A store that has promised a later epoch may have had its tail cut rightly.
    const found = { epoch: status.foundEpoch, lsn: status.foundLsn };
    const known = this.#vouched.get(instance) ?? { ...acked, boot };
    const member = this.view?.inSync.includes(instance) === true;
    if (boot > known.boot && member && before(found, known)) this.burned.add(instance);
    this.#vouched.set(instance, { ...(before(known, acked) ? acked : known), boot });
  }

  /** N4: only a blank store starts a group's history. */
  #firstView(registration: Registration, status: BeatStatus, nowMs: number): boolean {
    if (this.frozen !== null || status.viewNumber > 0 || status.lastLsn > 0) return false;
    this.#install(
      {
        clusterId: this.#clusterId,
        group: this.#group,
        lineage: 1,
        viewNumber: 1,
        epoch: 1,
        primary: registration.instance,
        primaryBoot: registration.boot,
        inSync: [registration.instance],
        minInSync: 1,
        featureLevel: 1,
        addresses: {},
        reason: 'first store of the group',
      },
      nowMs,
    );
    return true;
  }

  #install(next: Omit<View, 'docHash' | 'seal'>, nowMs: number): void {
    const addresses: Record<string, string> = {};
    for (const storeId of next.inSync) {
      const address =
        this.#registry.get(storeId)?.registration.address ?? this.view?.addresses[storeId];
      if (address !== undefined) addresses[storeId] = address;
    }
    const newEpoch = next.epoch !== this.view?.epoch;
    assert(next.viewNumber === (this.view?.viewNumber ?? 0) + 1, 'view numbers have no gaps');
    this.view = this.#seal({ ...next, addresses });
    this.#viewSinceMs = nowMs;
    this.#suspectedBy.clear();
    if (!newEpoch) return;
    this.#epochSinceMs = nowMs;
    this.#served = false;
  }

  /** N2: the primary changes the set around itself; N5: the minimum grows with the third store. */
  propose(
    params: {
      expect: number;
      epoch: number;
      primary: string;
      boot: number;
      inSync: string[];
      joiner: { storeId: string; boot: number } | null;
    },
    nowMs: number,
  ): ViewAnswer | null {
    const { view } = this;
    if (view === null) return null;
    const why = this.#whyNotPropose(view, params);
    if (why !== null) return this.#answer(false, why, nowMs);
    const minInSync = Math.max(view.minInSync, params.inSync.length >= 3 ? 2 : 1);
    const grew = params.inSync.length - view.inSync.length;
    const reason =
      ['the primary removed a store', 'the primary confirmed the set', 'the primary added a store'][
        Math.sign(grew) + 1
      ] ?? '';
    this.#install(
      {
        ...unsealed(view),
        viewNumber: view.viewNumber + 1,
        inSync: params.inSync,
        minInSync,
        reason,
      },
      nowMs,
    );
    return this.#answer(true, '', nowMs);
  }

  #whyNotPropose(
    view: View,
    params: {
      expect: number;
      epoch: number;
      primary: string;
      boot: number;
      inSync: string[];
      joiner: { storeId: string; boot: number } | null;
    },
  ): string | null {
    if (this.frozen !== null) return this.frozen;
    if (params.expect !== view.viewNumber) return `the view is ${view.viewNumber} by now`;
    if (
      params.epoch !== view.epoch ||
      params.primary !== view.primary ||
      params.boot !== view.primaryBoot
    )
      return 'only the primary of this epoch may propose';
    const set = new Set(params.inSync);
    if (set.size !== params.inSync.length) return 'a store is named twice';
    if (!set.has(view.primary)) return 'the primary can not leave the set';
    const added = params.inSync.filter((storeId) => !view.inSync.includes(storeId));
    if (set.size < view.inSync.length && set.size < view.minInSync) {
      return `the set may not shrink below ${view.minInSync}`;
    }
    if (added.length > 1) return 'one store at a time';
    const [storeId] = added;
    if (storeId === undefined) return null;
    if (params.joiner?.storeId !== storeId) return 'the joiner is not named';
    const entry = this.#registry.get(storeId);
    if (entry === null || entry.registration.group !== this.#group)
      return 'the joiner is not registered';
    if (entry.registration.boot !== params.joiner.boot) return 'the joiner was started again';
    if (this.burned.has(storeId)) return 'the joiner has lost data and may not come back';
    return null;
  }

  /** N3 by a front end's suspicion, after our own look at the primary (H27, H33, H34). */
  suspect(
    params: {
      viewNumber: number;
      candidate: string | null;
      frontend: string;
      probe: Probe;
    },
    nowMs: number,
  ): ViewAnswer | null {
    const { view } = this;
    if (view === null) return null;
    if (params.viewNumber !== view.viewNumber) {
      const later = params.viewNumber < view.viewNumber;
      return this.#answer(later, later ? '' : 'that view does not exist', nowMs);
    }
    if (params.probe === 'refused') this.#registry.markRefused(view.primary);
    if (params.probe === 'alive') {
      const why = this.#whyNotYet(params.frontend, nowMs);
      if (why !== null) return this.#answer(false, why, nowMs);
    }
    const reason = {
      refused: 'the primary refuses connections',
      silent: 'the primary does not answer',
      down: 'the primary was switched down',
      alive: 'front ends can not reach the primary',
    }[params.probe];
    const elected = this.#elect({ candidate: params.candidate, reason, nowMs });
    return this.#answer(elected, elected ? '' : (this.frozen ?? 'no living candidate'), nowMs);
  }

  /** The primary answers us: half of the living front ends must complain, and not too often. */
  #whyNotYet(frontend: string, nowMs: number): string | null {
    const view = this.view;
    assert(view !== null, 'checked by the caller');
    const by = this.#suspectedBy.get(view.primary) ?? new Set();
    const frontends = this.#registry
      .living('frontend', this.#group, nowMs)
      .map((entry) => entry.registration.instance);
    if (frontends.includes(frontend)) this.#suspectedBy.set(view.primary, by.add(frontend));
    if (frontends.filter((one) => by.has(one)).length * 2 < frontends.length)
      return 'the primary answers, and other front ends do not complain';
    if (nowMs - this.#viewSinceMs < this.#times.viewLifeMs)
      return 'the view is too young to be changed again';
    return null;
  }

  /** The primary leaves: to the member it names, or to any. */
  resign(
    params: {
      expect: number;
      primary: string;
      boot: number;
      to: string | null;
    },
    nowMs: number,
  ): ViewAnswer | null {
    const { view } = this;
    if (view === null) return null;
    if (params.expect !== view.viewNumber)
      return this.#answer(false, 'the view has moved on', nowMs);
    if (params.primary !== view.primary || params.boot !== view.primaryBoot) {
      return this.#answer(false, 'only the primary of this epoch may resign', nowMs);
    }
    const elected = this.#elect({ candidate: params.to, reason: 'the primary resigned', nowMs });
    return this.#answer(elected, elected ? '' : 'no living candidate', nowMs);
  }

  /** Lease supervision and activation time-out. Returns whether the view has changed. */
  onTick(nowMs: number): boolean {
    const { view } = this;
    if (view === null) return false;
    // H32: after a restart silence means that we have not listened yet.
    if (nowMs - this.#startedMs <= this.#times.leaseMs + 1000) return false;
    const primary = this.#registry.get(view.primary);
    if (!this.#registry.alive(primary, nowMs)) {
      if (this.#vouchedFor(view, nowMs)) return false;
      return this.#elect({ candidate: null, reason: 'the lease of the primary is over', nowMs });
    }
    if (this.#served || nowMs - this.#epochSinceMs <= this.#patienceMs) return false;
    this.#patienceMs = Math.min(this.#patienceMs * 2, this.#times.activationMsMax);
    return this.#elect({ candidate: null, reason: 'the primary did not take over in time', nowMs });
  }

  /** H33: a living member that hears the primary knows better than our silence. */
  #vouchedFor(view: View, nowMs: number): boolean {
    if (this.#registry.get(view.primary)?.refused === true) return false;
    return view.inSync.some((storeId) => {
      const entry = this.#registry.get(storeId);
      const hears = this.#registry.alive(entry, nowMs) ? entry.status?.hears : null;
      return hears?.primary === view.primary && hears.epoch === view.epoch;
    });
  }

  /** N3: primary and epoch only; the candidate is a living member, most advanced log first. */
  #elect(wish: { candidate: string | null; reason: string; nowMs: number }): boolean {
    const { view } = this;
    if (view === null || this.frozen !== null) return false;
    const candidates = view.inSync
      .map((storeId) => this.#registry.get(storeId))
      .filter((entry) => this.#registry.alive(entry, wish.nowMs))
      .filter(({ registration: r }) => !this.burned.has(r.instance))
      .filter(({ registration: r }) => r.instance !== view.primary || r.boot > view.primaryBoot);
    const named = candidates.find(({ registration: r }) => r.instance === wish.candidate);
    const chosen = named ?? candidates.toSorted((a, b) => mostAdvanced(a.status, b.status))[0];
    if (chosen === undefined) return false;
    this.#install(
      {
        ...unsealed(view),
        viewNumber: view.viewNumber + 1,
        epoch: view.viewNumber + 1,
        primary: chosen.registration.instance,
        primaryBoot: chosen.registration.boot,
        reason: wish.reason,
      },
      wish.nowMs,
    );
    return true;
  }

  #answer(ok: boolean, why: string, nowMs: number): ViewAnswer {
    const news = this.news(nowMs);
    assert(news !== null, 'only groups with a view answer');
    return { ok, why: why.slice(0, 200), news };
  }
}

const unsealed = (view: View): Omit<View, 'docHash' | 'seal'> => {
  const { docHash: _docHash, seal: _seal, ...rest } = view;
  return rest;
};

const mostAdvanced = (a: BeatStatus | null, b: BeatStatus | null): number =>
  (b?.lastEpoch ?? 0) - (a?.lastEpoch ?? 0) || (b?.lastLsn ?? 0) - (a?.lastLsn ?? 0);
