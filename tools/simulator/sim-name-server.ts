import type { BeatResult, BeatStatus, ViewAnswer } from '../../shared/contract/nameserver.ts';
import type { View, ViewNews } from '../../shared/contract/view.ts';
import { Registry } from '../../nameserver/registry.ts';
import { GroupRules, type Probe, defaultRuleTimes } from '../../nameserver/view-rules.ts';
import type { SimStore } from './sim-store.ts';
import { type Callee, breakConnections, call } from './call.ts';
import { type World, simClusterId, simGroup, simSeal } from './world.ts';

const tickMs = 100;
const probeMs = 400;

/** null: the name server could not answer (its disk failed, or it does not know the caller). */
type Answer<T> = (value: T | null) => void;

export interface SimBeat {
  kind: 'replica' | 'frontend';
  id: string;
  instance: string;
  boot: number;
  status: BeatStatus | null;
}

/** The name server's pure rules with a disk that may refuse, and a life that can end or pause. */
export class SimNameServer implements Callee {
  readonly name = 'ns';
  readonly connections = new Set<() => void>();
  alive = false;
  /** What survives: the last saved view and the burned stores. */
  saved: { view: View | null; burned: string[] } = { view: null, burned: [] };
  /** Views can not be saved: nobody may hear of the one in memory. */
  diskFails = false;
  readonly #world: World;
  #registry = new Registry(defaultRuleTimes.leaseMs);
  #rules: GroupRules | null = null;
  #life = 0;
  #paused = false;
  #backlog: (() => void)[] = [];
  readonly #electShortest: boolean;

  constructor(world: World, options: { electShortest: boolean }) {
    this.#world = world;
    this.#electShortest = options.electShortest;
  }

  get #nowMs(): number {
    return this.#world.scheduler.nowMs;
  }

  start(): void {
    if (this.alive) return;
    this.alive = true;
    this.#registry = new Registry(defaultRuleTimes.leaseMs);
    this.#rules = new GroupRules({
      clusterId: simClusterId,
      image: { group: simGroup, ...this.saved },
      registry: this.#registry,
      times: defaultRuleTimes,
      seal: simSeal,
      nowMs: this.#nowMs,
    });
    this.#life += 1;
    this.#tick(this.#life);
  }

  kill(): void {
    if (!this.alive) return;
    this.alive = false;
    this.#rules = null;
    this.#paused = false;
    this.#backlog = [];
    this.#life += 1;
    breakConnections(this);
    this.#world.trace('the name server is killed');
  }

  pause(): void {
    this.#paused = this.alive;
  }

  /** H31 holds here too: the overdue tick comes before the input that waited. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#onTick();
    for (const run of this.#backlog.splice(0)) run();
  }

  #tick(life: number): void {
    this.#world.scheduler.after(tickMs, () => {
      if (life !== this.#life) return;
      if (!this.#paused) this.#onTick();
      this.#tick(life);
    });
  }

  #onTick(): void {
    this.#rules?.onTick(this.#nowMs);
    this.#saveAndSpread();
  }

  /** Work that arrives from outside; a paused process does it when it wakes. */
  #whenAwake(run: (rules: GroupRules) => void): void {
    const life = this.#life;
    const guarded = (): void => {
      if (life === this.#life && this.#rules !== null) run(this.#rules);
    };
    if (this.#paused) this.#backlog.push(guarded);
    else guarded();
  }

  beat(beat: SimBeat, answer: Answer<BeatResult | 'burned'>): void {
    this.#whenAwake((rules) => {
      const { kind, id, instance, boot, status } = beat;
      const address = `${id}:1`;
      const registration = { kind, group: simGroup, id, instance, boot, address, version: 'sim' };
      if (rules.burned.has(instance)) return answer('burned');
      if (!this.#registry.put(registration, this.#shown(status), this.#nowMs)) return answer(null);
      if (status !== null) rules.onBeat(registration, status, this.#nowMs);
      if (!this.#saveAndSpread()) return answer(null);
      const living = this.#registry.living(kind, simGroup, this.#nowMs);
      return answer({
        clusterId: simClusterId,
        leaseMs: defaultRuleTimes.leaseMs,
        news: rules.news(this.#nowMs),
        living: living.map((one) => one.registration),
      });
    });
  }

  /** The rules choose by what the registry shows; upside down, the shortest log wins. */
  #shown(status: BeatStatus | null): BeatStatus | null {
    if (!this.#electShortest || status === null) return status;
    return { ...status, lastEpoch: -status.lastEpoch, lastLsn: -status.lastLsn };
  }

  propose(params: Parameters<GroupRules['propose']>[0], answer: Answer<ViewAnswer>): void {
    this.#change((rules) => rules.propose(params, this.#nowMs), answer);
  }

  resign(params: Parameters<GroupRules['resign']>[0], answer: Answer<ViewAnswer>): void {
    this.#change((rules) => rules.resign(params, this.#nowMs), answer);
  }

  #change(decide: (rules: GroupRules) => ViewAnswer | null, answer: Answer<ViewAnswer>): void {
    this.#whenAwake((rules) => {
      if (rules.view === null) return answer(null);
      const result = decide(rules);
      return answer(this.#saveAndSpread() ? result : null);
    });
  }

  getView(answer: Answer<ViewNews>): void {
    this.#whenAwake((rules) => {
      if (this.#saveAndSpread()) answer(rules.news(this.#nowMs));
      else answer(null);
    });
  }

  elect(
    params: { viewNumber: number; candidate: string | null; frontend: string },
    answer: Answer<ViewAnswer>,
  ): void {
    this.#whenAwake(({ view }) => {
      if (view === null) return answer(null);
      const decide = (probe: Probe): void =>
        this.#change((rules) => rules.suspect({ ...params, probe }, this.#nowMs), answer);
      if (params.viewNumber !== view.viewNumber) return decide('alive');
      return this.#probe(view, decide);
    });
  }

  #probe(view: View, decide: (probe: Probe) => void): void {
    const address = view.addresses[view.primary];
    const store = this.#world.stores.find((one) => one.address === address);
    if (store === undefined) return decide('silent');
    return this.#look(view, store, { decide, again: true });
  }

  #look(view: View, store: SimStore, how: { decide: (probe: Probe) => void; again: boolean }) {
    call(this.#world, {
      from: 'ns',
      to: store,
      deadlineMs: probeMs,
      serve: (answer: (who: { storeId: string; boot: number }) => void) =>
        store.service.status(({ storeId, boot }) => answer({ storeId, boot })),
      done: (result) => {
        if (result.ok) {
          const { storeId, boot } = result.value;
          const same = storeId === view.primary && boot === view.primaryBoot;
          how.decide(same ? 'alive' : 'refused');
        } else if (result.why === 'reset' && how.again) {
          this.#look(view, store, { ...how, again: false });
        } else how.decide(result.why === 'timeout' ? 'silent' : 'refused');
      },
    });
  }

  /** N1: on disk first. False: it could not be saved, and nobody hears of what is in memory. */
  #saveAndSpread(): boolean {
    const rules = this.#rules;
    if (rules === null) return false;
    const { view: before, burned } = this.saved;
    const changed = before?.viewNumber !== rules.view?.viewNumber;
    if (!changed && rules.burned.size === burned.length) return true;
    if (this.diskFails) return false;
    this.saved = { view: rules.view, burned: [...rules.burned] };
    this.#world.checkers.onBurned(this.saved.burned);
    if (rules.view === null || !changed) return true;
    this.#world.checkers.onView(before, rules.view);
    const news = rules.news(this.#nowMs);
    if (news === null) return true;
    for (const { registration } of this.#registry.living('replica', simGroup, this.#nowMs)) {
      const store = this.#world.stores.find((one) => one.address === registration.address);
      this.#world.network.send('ns', store?.name ?? '', () =>
        store?.hear(registration.instance, news),
      );
    }
    return true;
  }
}
