import type { BeatResult, BeatStatus, ViewAnswer } from '../../shared/contract/nameserver.ts';
import type { View, ViewNews } from '../../shared/contract/view.ts';
import { Registry } from '../../nameserver/registry.ts';
import { GroupRules, type Probe, defaultRuleTimes } from '../../nameserver/view-rules.ts';
import { type World, call, simSeal } from './world.ts';

const group = 'main';
const clusterId = '0'.repeat(32);
const tickMs = 100;
const probeMs = 400;

type Answer<T> = (value: T | null) => void;

/** The name server's pure rules with a disk that is always saved first, and a life that can end. */
export class SimNameServer {
  alive = false;
  /** What survives: the last saved view and the burned stores. */
  saved: { view: View | null; burned: string[] } = { view: null, burned: [] };
  readonly #world: World;
  #registry = new Registry(defaultRuleTimes.leaseMs);
  #rules: GroupRules | null = null;
  #life = 0;
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
      clusterId,
      image: { group, ...this.saved },
      registry: this.#registry,
      times: defaultRuleTimes,
      seal: simSeal,
      nowMs: this.#nowMs,
    });
    this.#life += 1;
    this.#tick(this.#life);
  }

  kill(): void {
    this.alive = false;
    this.#rules = null;
    this.#life += 1;
    this.#world.trace('the name server is killed');
  }

  #tick(life: number): void {
    this.#world.scheduler.after(tickMs, () => {
      if (life !== this.#life) return;
      this.#rules?.onTick(this.#nowMs);
      this.#saveAndSpread();
      this.#tick(life);
    });
  }

  beat(beat: { id: string; boot: number; status: BeatStatus }, answer: Answer<BeatResult>): void {
    const registration = {
      kind: 'replica',
      group,
      id: beat.id.slice(0, 4),
      instance: beat.id,
      boot: beat.boot,
      address: `${beat.id}:1`,
      version: 'sim',
    };
    if (this.#rules === null || this.#rules.burned.has(beat.id)) return answer(null);
    if (!this.#registry.put(registration, this.#shown(beat.status), this.#nowMs))
      return answer(null);
    this.#rules.onBeat(registration, beat.status, this.#nowMs);
    this.#saveAndSpread();
    return answer({
      clusterId,
      leaseMs: defaultRuleTimes.leaseMs,
      news: this.#rules.news(this.#nowMs),
      living: this.#registry.living('replica', group, this.#nowMs).map((one) => one.registration),
    });
  }

  /** The rules choose by what the registry shows; upside down, the shortest log wins. */
  #shown(status: BeatStatus): BeatStatus {
    if (!this.#electShortest) return status;
    return { ...status, lastEpoch: -status.lastEpoch, lastLsn: -status.lastLsn };
  }

  propose(params: Parameters<GroupRules['propose']>[0], answer: Answer<ViewAnswer>): void {
    const result = this.#rules?.propose(params, this.#nowMs) ?? null;
    this.#saveAndSpread();
    answer(result);
  }

  resign(params: Parameters<GroupRules['resign']>[0], answer: Answer<ViewAnswer>): void {
    const result = this.#rules?.resign(params, this.#nowMs) ?? null;
    this.#saveAndSpread();
    answer(result);
  }

  getView(answer: Answer<ViewNews>): void {
    answer(this.#rules?.news(this.#nowMs) ?? null);
  }

  elect(
    params: { viewNumber: number; candidate: string | null; frontend: string },
    answer: Answer<ViewAnswer>,
  ): void {
    const life = this.#life;
    const view = this.#rules?.view ?? null;
    if (view === null) return answer(null);
    const decide = (probe: Probe): void => {
      if (life !== this.#life || this.#rules === null) return;
      const result = this.#rules.suspect({ ...params, probe }, this.#nowMs);
      this.#saveAndSpread();
      answer(result);
    };
    if (params.viewNumber !== view.viewNumber) return decide('alive');
    return this.#probe(view, decide);
  }

  #probe(view: View, decide: (probe: Probe) => void): void {
    const store = this.#world.stores.find((one) => one.id === view.primary);
    call(this.#world, {
      from: 'ns',
      to: view.primary,
      deadlineMs: probeMs,
      alive: () => store?.alive ?? false,
      serve: (answer: (boot: number) => void) =>
        store?.position(() => answer(store.process?.core.state.boot ?? 0)),
      done: (result) => {
        if (!result.ok) return decide(result.why === 'refused' ? 'refused' : 'silent');
        return decide(result.value === view.primaryBoot ? 'alive' : 'refused');
      },
    });
  }

  #saveAndSpread(): void {
    const rules = this.#rules;
    if (rules === null) return;
    const before = this.saved.view;
    this.saved = { view: rules.view, burned: [...rules.burned] };
    if (rules.view === null || before?.viewNumber === rules.view.viewNumber) return;
    this.#world.checkers.onView(before, rules.view);
    const news = rules.news(this.#nowMs);
    if (news === null) return;
    for (const { registration } of this.#registry.living('replica', group, this.#nowMs)) {
      const store = this.#world.stores.find((one) => one.id === registration.instance);
      this.#world.network.send('ns', registration.instance, () => store?.hear(news));
    }
  }
}
