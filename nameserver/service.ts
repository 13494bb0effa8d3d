import type { z } from 'zod';
import { OrderlyError } from '../shared/contract/errors.ts';
import {
  type BeatResult,
  type Registration,
  type ViewAnswer,
  nameServerMethods,
} from '../shared/contract/nameserver.ts';
import type { CallerClass, ParamsOf } from '../shared/contract/method.ts';
import { isServiceName } from '../shared/contract/service.ts';
import type { View, ViewNews } from '../shared/contract/view.ts';
import { must } from '../shared/runtime/assert.ts';
import type { Clock, Timer } from '../shared/runtime/clock.ts';
import { LastWord } from '../shared/runtime/last-word.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { type Implementation, implement } from '../shared/rpc/server.ts';
import type { Prober } from './prober.ts';
import { type Entry, Registry } from './registry.ts';
import { type GroupImage, GroupRules, type RuleTimes, type Seal } from './view-rules.ts';
import type { ViewStore } from './view-store.ts';

type Beat = z.infer<typeof nameServerMethods.register.params>;

interface Filter {
  kind?: string | undefined;
  group?: string | undefined;
  prefix?: string | undefined;
}

const tickMs = 100;
/** More groups than any shop needs; a bound against nonsense. */
const groupsMax = 256;

/**
 * The name server's methods: the registry and the view rules are pure, here they meet the clock,
 * the disk and the network. A view is saved before anyone hears of it (N1).
 */
export class NameService {
  readonly #store: ViewStore;
  readonly #prober: Prober;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Of suspicions: every front end has some ten a second while nobody can be elected. */
  readonly #suspected = new LastWord();
  readonly #registry: Registry;
  readonly #times: RuleTimes;
  readonly #seal: Seal;
  readonly #onStorageFailed: (why: string) => void;
  readonly #groups = new Map<string, GroupRules>();
  readonly #saved = new Map<string, { viewNumber: number; burned: number }>();
  #timer: Timer | null = null;

  constructor(options: {
    store: ViewStore;
    prober: Prober;
    clock: Clock;
    logger: Logger;
    times: RuleTimes;
    seal: Seal;
    /** A view could not be written: what is on disk has to be read again by a new process. */
    onStorageFailed: (why: string) => void;
  }) {
    this.#store = options.store;
    this.#prober = options.prober;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#times = options.times;
    this.#seal = options.seal;
    this.#onStorageFailed = options.onStorageFailed;
    this.#registry = new Registry(options.times.leaseMs);
    for (const image of options.store.groups()) this.#addGroup(image);
  }

  start(): void {
    this.#timer = this.#clock.setRepeating(tickMs, () => this.#onTick());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#prober.close();
  }

  get methods(): Implementation[] {
    const m = nameServerMethods;
    return [
      implement(m.register, async (params, caller) => this.#beat(params, caller.class)),
      implement(m.renew, async (params, caller) => this.#renew(params, caller.class)),
      implement(m.unregister, async (params, caller) => this.#unregister(params, caller.class)),
      implement(m.list, async ({ services, ...filter }, caller) => ({
        clusterId: this.#store.clusterId,
        registrations: services === true ? this.#services(filter) : this.#all(filter, caller.class),
      })),
      implement(m.lookup, async ({ kind, group }) => {
        const registrations = this.#list({ kind, group }).filter(({ alive }) => alive);
        if (registrations.length > 0) return { registrations };
        throw new OrderlyError('not_found', `No living ${kind} is registered in group ${group}.`);
      }),
      implement(m.getView, async ({ group }) => ({
        news: this.#newsOf(group),
      })),
      implement(m.propose, async (params) => this.#propose(params)),
      implement(m.elect, (params) => this.#onSuspicion(params)),
      implement(m.resign, async (params) => this.#resign(params)),
    ];
  }

  #services(filter: Filter) {
    return this.#list(filter).filter(({ kind, alive }) => alive && isServiceName(kind));
  }

  /** A service need not know where the stores are. */
  #all(filter: Filter, asking: CallerClass) {
    if (asking === 'service') throw new OrderlyError('forbidden', 'A service lists services only.');
    return this.#list(filter);
  }

  /** The view of each group that has one. */
  views(): View[] {
    return [...this.#groups.values()].flatMap(({ view }) => (view === null ? [] : [view]));
  }

  /** How many programs are registered and alive, by kind. */
  living(): { kind: string; count: number }[] {
    const counts = new Map<string, number>();
    for (const { kind, alive } of this.#list({})) {
      const known = isServiceName(kind) ? 'service' : kind;
      counts.set(known, (counts.get(known) ?? 0) + Number(alive));
    }
    return [...counts].map(([kind, count]) => ({ kind, count }));
  }

  #list(filter: Filter) {
    const nowMs = this.#clock.nowMs();
    const { kind, group, prefix } = filter;
    const entries = this.#registry.list(nowMs, {
      ...(kind !== undefined && { kind }),
      ...(group !== undefined && { group }),
      ...(prefix !== undefined && { prefix }),
    });
    return entries.map((entry) => ({
      ...entry.registration,
      alive: this.#registry.alive(entry, nowMs),
      lastSeenMs: Math.round(nowMs - entry.seenMs),
    }));
  }

  #addGroup(image: GroupImage): GroupRules {
    const rules = new GroupRules({
      clusterId: this.#store.clusterId,
      image,
      registry: this.#registry,
      times: this.#times,
      seal: this.#seal,
      nowMs: this.#clock.nowMs(),
    });
    this.#groups.set(image.group, rules);
    this.#saved.set(image.group, {
      viewNumber: image.view?.viewNumber ?? 0,
      burned: image.burned.length,
    });
    return rules;
  }

  #rulesOf(group: string): GroupRules {
    const known = this.#groups.get(group);
    if (known !== undefined) return known;
    if (this.#groups.size >= groupsMax) {
      throw new OrderlyError('unavailable', 'This name server serves as many groups as it can.');
    }
    return this.#addGroup({ group, view: null, burned: [] });
  }

  #renew(beat: Beat, from: CallerClass): BeatResult {
    const known = this.#registry.get(beat.registration.instance);
    if (known === null) throw new OrderlyError('not_found', 'That registration is not known here.');
    return this.#beat(beat, from);
  }

  #beat(beat: Beat, from: CallerClass): BeatResult {
    const { registration, status } = beat;
    refuseWrongKind(registration, from);
    if (beat.clusterId !== null && beat.clusterId !== this.#store.clusterId) {
      throw new OrderlyError('wrong_cluster', undefined, {
        ours: this.#store.clusterId,
        theirs: beat.clusterId,
      });
    }
    const isReplica = registration.kind === 'replica';
    if (isReplica !== (status !== null)) {
      throw new OrderlyError('invalid_params', 'A replica, and nothing else, reports a status.');
    }
    const nowMs = this.#clock.nowMs();
    const rules = isReplica ? this.#rulesOf(registration.group) : null;
    if (rules?.burned.has(registration.instance) === true) {
      throw new OrderlyError(
        'stale_registration',
        'This store has lost data that it had acknowledged.',
        {
          reason: 'burned',
        },
      );
    }
    if (!this.#registry.put(registration, status, nowMs)) {
      throw new OrderlyError('stale_registration', undefined, { reason: 'newer_process' });
    }
    if (rules !== null && status !== null) {
      const wasFrozen = rules.frozen !== null;
      rules.onBeat(registration, status, nowMs);
      if (rules.frozen !== null && !wasFrozen) {
        const facts = { group: registration.group, why: rules.frozen };
        this.#logger.warn(facts, 'views were forgotten here: none is changed any more');
      }
    }
    return {
      clusterId: this.#store.clusterId,
      leaseMs: this.#times.leaseMs,
      news: from === 'service' ? null : this.#newsOf(registration.group),
      living: this.#registry
        .living(registration.kind, registration.group, nowMs)
        .slice(0, 256)
        .map((entry) => entry.registration),
    };
  }

  #unregister(
    params: { instance: string; boot: number }, from: CallerClass,
  ): { removed: boolean } {
    const known = this.#registry.get(params.instance)?.registration;
    // Whoever may not enter it may not take it out.
    if (known !== undefined) refuseWrongKind(known, from);
    return { removed: this.#registry.remove(params.instance, params.boot) };
  }

  #propose(params: ParamsOf<typeof nameServerMethods.propose>): ViewAnswer {
    const rules = this.#known(params.group);
    const answer = rules.propose(params, this.#clock.nowMs());
    this.#saveAndSpread(params.group, rules);
    return must(answer, 'a known group has a view');
  }

  #resign(params: ParamsOf<typeof nameServerMethods.resign>): ViewAnswer {
    const rules = this.#known(params.group);
    const answer = rules.resign(params, this.#clock.nowMs());
    this.#saveAndSpread(params.group, rules);
    return must(answer, 'a known group has a view');
  }

  /** Looks at the suspect before the rules decide: a crash is acted on at once, a rumour is not. */
  async #onSuspicion(params: ParamsOf<typeof nameServerMethods.elect>): Promise<ViewAnswer> {
    const rules = this.#known(params.group);
    const view = must(rules.view, 'a known group has a view');
    const suspected = this.#registry.get(view.primary);
    const address = suspected?.registration.address ?? view.addresses[view.primary];
    const current = params.viewNumber === view.viewNumber;
    const probe = !current
      ? 'alive'
      : address === undefined
        ? 'silent'
        : await this.#prober.probe(view, address);
    const answer = rules.suspect({ ...params, probe }, this.#clock.nowMs());
    const { group, viewNumber, suspicion } = params;
    const ok = answer?.ok;
    if (this.#suspected.isNew(`${group} ${viewNumber} ${probe} ${ok}`)) {
      this.#logger.info({ group, view: viewNumber, suspicion, probe, ok }, 'primary suspected');
    }
    this.#saveAndSpread(params.group, rules);
    return must(answer, 'a known group has a view');
  }

  #known(group: string): GroupRules {
    const rules = this.#groups.get(group);
    if (rules !== undefined && rules.view !== null) return rules;
    throw new OrderlyError('not_found', `Group ${group} has no view yet.`);
  }

  /** What may be told: on disk first (N1). */
  #newsOf(group: string): ViewNews | null {
    const rules = this.#groups.get(group);
    if (rules === undefined) return null;
    this.#saveAndSpread(group, rules);
    return rules.news(this.#clock.nowMs());
  }

  #onTick(): void {
    const nowMs = this.#clock.nowMs();
    this.#registry.sweep(nowMs);
    for (const [group, rules] of this.#groups) {
      rules.onTick(nowMs);
      this.#saveAndSpread(group, rules);
    }
  }

  /** N1: on disk first; then every living store of the group hears of it. */
  #saveAndSpread(group: string, rules: GroupRules): void {
    const saved = must(this.#saved.get(group), 'every group is tracked');
    const viewNumber = rules.view?.viewNumber ?? 0;
    if (viewNumber === saved.viewNumber && rules.burned.size === saved.burned) return;
    this.#save(group, rules);
    this.#saved.set(group, { viewNumber, burned: rules.burned.size });
    const nowMs = this.#clock.nowMs();
    const news = rules.news(nowMs);
    if (news === null || viewNumber === saved.viewNumber) return;
    const { epoch, primary, inSync, reason } = news.view;
    this.#logger.info({ group, view: viewNumber, epoch, primary, inSync, reason }, 'view changed');
    for (const { registration } of this.#registry.living('replica', group, nowMs)) {
      this.#prober.tell(registration.address, registration.instance, news);
    }
    this.#prober.keepOnly(new Set(this.#replicas().map((one) => one.registration.address)));
  }

  /** PROTOCOL H16: a failed write is not tried again, and nothing is told of it. */
  #save(group: string, rules: GroupRules): void {
    try {
      this.#store.save(group, rules.view, rules.burned);
    } catch (error) {
      this.#onStorageFailed(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  #replicas(): Entry[] {
    return this.#registry.list(this.#clock.nowMs(), { kind: 'replica' });
  }
}

/** A service may call itself anything with a dot, and so nothing that a program of ours is. */
function refuseWrongKind({ kind, terms }: Registration, from: CallerClass): void {
  const isService = isServiceName(kind);
  if (isService !== (from === 'service')) {
    throw new OrderlyError('forbidden', `A ${from} does not register as ${kind}.`);
  }
  if (isService === (terms !== undefined)) return;
  throw new OrderlyError('invalid_params', 'A service, and nothing else, states its terms.');
}
