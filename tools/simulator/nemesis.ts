import type { Random } from './random.ts';
import type { SimStore } from './sim-store.ts';
import type { World } from './world.ts';

/** How often each fault strikes; healing is one of them. */
const faultWeights = {
  kill: 4,
  bounce: 2,
  pause: 2,
  split: 3,
  isolate: 4,
  link: 1,
  power: 1,
  limp: 2,
  'name-server': 1,
  heal: 4,
  'view-change': 0,
};

export type FaultKind = keyof typeof faultWeights;

export const faultKinds = Object.keys(faultWeights) as FaultKind[];

/** Swarm testing: each run has its own selection of faults. */
export const drawFaultKinds = (random: Random): FaultKind[] =>
  faultKinds.filter(() => random.chance(0.7));

/** What breaks things: at random, and aimed at the moments in which a view has just changed. */
export class Nemesis {
  readonly #world: World;
  readonly #clients: readonly string[];
  #over = false;
  /** A partition that was made to last is not healed before. */
  #holdUntilMs = 0;
  readonly #options: { faultsMax: number; faultKinds: readonly FaultKind[] };
  /** Drawn per run: how long between two faults. */
  readonly #calm: number;
  faults = 0;

  constructor(
    world: World,
    clients: readonly string[],
    options: { faultsMax: number; faultKinds: readonly FaultKind[] },
  ) {
    this.#world = world;
    this.#clients = clients;
    this.#options = options;
    this.#calm = world.random.pick([1, 1, 3, 8]) ?? 1;
  }

  start(): void {
    this.#later();
  }

  #later(): void {
    this.#world.scheduler.after(this.#world.random.between(60, 460) * this.#calm, () => {
      if (this.#over) return;
      this.#strike();
      this.#later();
    });
  }

  #strike(): void {
    const { random } = this.#world;
    if (this.faults >= this.#options.faultsMax) return;
    const strikes: Record<FaultKind, () => void> = {
      kill: () => this.#kill(random.chance(0.5), random.between(50, 1500)),
      bounce: () => this.#kill(random.chance(0.5), random.between(1, 20)),
      pause: () => this.#pause(random.between(100, 3000)),
      split: () => this.#split(random.chance(0.3)),
      isolate: () => this.#isolatePrimary(),
      link: () => this.#oneLink(),
      power: () => this.#powerCut(),
      limp: () => this.#limp(),
      'name-server': () => this.#nameServer(),
      heal: () => this.#heal(),
      'view-change': () => {},
    };
    const on = this.#options.faultKinds;
    let draw = random.between(
      0,
      on.reduce((sum, kind) => sum + faultWeights[kind], 0),
    );
    const kind = on.find((one) => {
      draw -= faultWeights[one];
      return draw < 0;
    });
    if (kind === undefined) return;
    this.faults += 1;
    strikes[kind]();
  }

  get #primary(): SimStore | undefined {
    const view = this.#world.nameServer.saved.view;
    return this.#world.stores.find((store) => store.id === view?.primary);
  }

  #victim(primary: boolean): SimStore | undefined {
    return primary ? this.#primary : this.#world.random.pick(this.#world.stores);
  }

  #kill(primary: boolean, backMs: number): void {
    const victim = this.#victim(primary);
    victim?.kill();
    this.#world.scheduler.after(backMs, () => victim?.start());
  }

  #pause(ms: number): void {
    const victim = this.#victim(this.#world.random.chance(0.5));
    victim?.pause();
    this.#world.trace(`${victim?.name ?? ''} is paused`);
    this.#world.scheduler.after(ms, () => victim?.resume());
  }

  get #everyone(): string[] {
    return [...this.#world.stores.map(({ id }) => id), 'ns', ...this.#clients];
  }

  #split(oneWay: boolean): void {
    const { random, network } = this.#world;
    const names = random.shuffle(this.#everyone);
    const at = random.int(1, names.length - 1);
    for (const a of names.slice(0, at)) {
      for (const b of names.slice(at)) {
        network.cut(a, b);
        if (!oneWay) network.cut(b, a);
      }
    }
    this.#world.trace(`the network splits${oneWay ? ' one way' : ''}`);
  }

  #heal(): void {
    const { scheduler, network } = this.#world;
    if (scheduler.nowMs >= this.#holdUntilMs) network.heal();
  }

  /**
   * Cuts the primary off from the name server, from the other stores, or from both, and leaves
   * some clients with it: long enough for a successor to serve while they still ask the old one.
   */
  #isolatePrimary(): void {
    const { random, scheduler, network, stores } = this.#world;
    const primary = this.#primary;
    if (primary === undefined) return;
    const clients = this.#clients.filter(() => random.chance(0.5));
    const names = random.chance(0.85) ? ['ns'] : [];
    const others = random.chance(0.85) ? stores.map(({ id }) => id) : [];
    const bothWays = random.chance(0.7);
    for (const other of [...names, ...others, ...clients]) {
      if (other === primary.id) continue;
      network.cut(primary.id, other);
      if (bothWays) network.cut(other, primary.id);
    }
    if (random.chance(0.7)) this.#holdUntilMs = scheduler.nowMs + random.between(1000, 6000);
    this.#world.trace(`${primary.name} is cut off`);
  }

  #oneLink(): void {
    const { random, network } = this.#world;
    const [a, b] = random.shuffle(this.#everyone);
    if (a !== undefined && b !== undefined) network.cut(a, b);
  }

  #powerCut(): void {
    const { random, scheduler, stores } = this.#world;
    this.#world.trace('the power is cut');
    for (const store of stores) {
      store.kill();
      scheduler.after(random.between(10, 800), () => store.start());
    }
  }

  #limp(): void {
    const { random, scheduler, stores } = this.#world;
    const victim = random.pick(stores);
    if (victim === undefined) return;
    victim.disk.slowness = random.between(10, 40);
    scheduler.after(random.between(200, 2500), () => {
      victim.disk.slowness = 1;
    });
  }

  #nameServer(): void {
    const { random, scheduler, nameServer } = this.#world;
    nameServer.kill();
    scheduler.after(random.between(50, 2000), () => nameServer.start());
  }

  /** A view has just changed: the moment in which protocols break. */
  onView(): void {
    const { random, scheduler } = this.#world;
    if (this.#over || !random.chance(0.15)) return;
    const { faultsMax, faultKinds: on } = this.#options;
    if (this.faults >= faultsMax || !on.includes('view-change')) return;
    scheduler.after(random.between(0, 5), () => {
      if (this.#over) return;
      this.faults += 1;
      const draw = random.next();
      if (draw < 0.4) this.#split(random.chance(0.3));
      else if (draw < 0.7) this.#kill(random.chance(0.7), random.between(1, 400));
      else if (draw < 0.85) this.#powerCut();
      else this.#heal();
    });
  }

  /** Everything works from now on. */
  heal(): void {
    this.#over = true;
    const { network, stores, nameServer } = this.#world;
    network.heal();
    network.options = { lossShare: 0, duplicateShare: 0, slowShare: 0.02 };
    nameServer.start();
    for (const store of stores) {
      store.disk.slowness = 1;
      store.resume();
      store.start();
    }
    this.#world.trace('everything heals');
  }
}
