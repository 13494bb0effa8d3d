import type { SimStore } from './sim-store.ts';
import type { World } from './world.ts';

/** In the order of the strikes below; healing is one of them. */
const usualWeights = [4, 2, 2, 3, 4, 1, 1, 2, 1, 4];

/** What breaks things: at random, and aimed at the moments in which a view has just changed. */
export class Nemesis {
  readonly #world: World;
  readonly #clients: readonly string[];
  #over = false;
  /** A partition that was made to last is not healed before. */
  #holdUntilMs = 0;
  /** Drawn per run: how long between two faults, and which kinds there are (swarm testing). */
  readonly #calm: number;
  readonly #weights: number[];
  faults = 0;

  constructor(world: World, clients: readonly string[]) {
    this.#world = world;
    this.#clients = clients;
    this.#calm = world.random.pick([1, 1, 3, 8]) ?? 1;
    this.#weights = usualWeights.map((weight) => (world.random.chance(0.3) ? 0 : weight));
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
    this.faults += 1;
    const strikes = [
      () => this.#kill(random.chance(0.5), random.between(50, 1500)),
      () => this.#kill(random.chance(0.5), random.between(1, 20)),
      () => this.#pause(random.between(100, 3000)),
      () => this.#split(random.chance(0.3)),
      () => this.#isolatePrimary(),
      () => this.#oneLink(),
      () => this.#powerCut(),
      () => this.#limp(),
      () => this.#nameServer(),
      () => this.#heal(),
    ];
    let draw = random.between(
      0,
      this.#weights.reduce((sum, weight) => sum + weight, 0),
    );
    strikes.some((strike, i) => {
      draw -= this.#weights[i] ?? 0;
      if (draw >= 0) return false;
      strike();
      return true;
    });
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
