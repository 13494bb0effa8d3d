import type { View } from '../../shared/contract/view.ts';
import { type FaultKind, faultKinds, faultWeights } from './fault-kinds.ts';
import { JoinFaults } from './join-faults.ts';
import type { Random } from './random.ts';
import type { SimStore } from './sim-store.ts';
import { StorageFaults } from './storage-faults.ts';
import type { World } from './world.ts';

export { type FaultKind, faultKinds } from './fault-kinds.ts';

interface NemesisOptions {
  faultsMax: number;
  faultKinds: readonly FaultKind[];
}

type Strike = (random: Random) => void;

const weightSum = faultKinds.reduce((sum, kind) => sum + faultWeights[kind], 0);

/** The kind at this place of all weights laid end to end. */
const kindAt = (place: number): FaultKind => {
  let left = place;
  return faultKinds.find((kind) => (left -= faultWeights[kind]) < 0) ?? 'heal';
};

/** What breaks things: at random, and aimed at the moments in which a view has just changed. */
export class Nemesis {
  readonly #world: World;
  readonly #clients: readonly string[];
  readonly #options: NemesisOptions;
  readonly #storage: StorageFaults;
  readonly #joins: JoinFaults;
  /** Draws for faults that are off too: switching one off moves no other. */
  readonly #random: Random;
  readonly #changeRandom: Random;
  #over = false;
  /** A partition that was made to last is not healed before. */
  #holdUntilMs = 0;
  /** Nothing else strikes before: what was begun has time to go wrong. */
  #quietUntilMs = 0;
  /** Drawn per run: how long between two faults. */
  readonly #calm: number;
  #drawn = 0;
  faults = 0;

  constructor(world: World, clients: readonly string[], options: NemesisOptions) {
    this.#world = world;
    this.#clients = clients;
    this.#options = options;
    this.#random = world.random.fork('nemesis');
    this.#changeRandom = world.random.fork('nemesis on a change');
    this.#storage = new StorageFaults(world);
    this.#joins = new JoinFaults(world);
    this.#calm = this.#random.pick([0.7, 0.7, 2, 6]) ?? 1;
  }

  start(): void {
    this.#world.scheduler.after(this.#random.between(60, 460) * this.#calm, () => {
      if (this.#over) return;
      const kind = kindAt(this.#random.next() * weightSum);
      this.#drawn += 1;
      this.#strike(kind, this.#random.fork(`${this.#drawn}`), this.#strikes[kind]);
      this.start();
    });
  }

  #strike(kind: FaultKind, random: Random, strike: Strike): void {
    const { faultsMax, faultKinds: on } = this.#options;
    if (this.#over || this.faults >= faultsMax || !on.includes(kind)) return;
    if (this.#world.scheduler.nowMs < this.#quietUntilMs) return;
    this.faults += 1;
    strike(random);
  }

  readonly #strikes: Record<FaultKind, Strike> = {
    kill: (r) => this.#kill(r, r.between(50, 1500)),
    bounce: (r) => this.#kill(r, r.between(1, 20)),
    pause: (r) => this.#pause(r),
    split: (r) => this.#split(r, r.chance(0.3)),
    isolate: (r) => this.#isolatePrimary(r),
    link: (r) => this.#oneLink(r),
    ring: (r) => this.#ring(r),
    swizzle: (r) => this.#swizzle(r),
    power: (r) => this.#powerCut(r),
    limp: (r) => this.#limp(r),
    heal: () => this.#heal(),
    'hidden-reboot': (r) => this.#hiddenReboot(r),
    'front-end': (r) => this.#frontEnd(r),
    clock: (r) => this.#clock(r),
    'name-server': (r) => this.#nameServer(r),
    'name-server-pause': (r) => this.#pauseNameServer(r),
    'name-server-disk': (r) => this.#nameServerDisk(r),
    'disk-full': (r) => this.#storage.full(this.#victim(r), r),
    'sync-error': (r) => this.#storage.syncError(this.#victim(r), r),
    'bad-read': (r) => this.#storage.badRead(this.#victim(r)),
    'torn-tail': (r) => this.#storage.tornTail(this.#victim(r), r),
    snapshot: (r) => this.#storage.snapshots(r),
    'queue-disk': (r) => this.#queueDisk(r),
    'view-change': (r) => this.#afterChange(r),
    joining: () => {},
    'election-restart': (r) => this.#restartMembers(r),
  };

  get #primary(): SimStore | undefined {
    const view = this.#world.nameServer.saved.view;
    return this.#world.stores.find((store) => store.id === view?.primary);
  }

  /** The primary in half of the cases. */
  #victim(random: Random): SimStore {
    const any = random.shuffle(this.#world.stores)[0];
    const primary = random.chance(0.5) ? this.#primary : undefined;
    const victim = primary ?? any;
    if (victim === undefined) return this.#world.checkers.violation('a run has stores');
    return victim;
  }

  #kill(random: Random, backMs: number): void {
    const victim = this.#victim(random);
    victim.kill();
    this.#world.scheduler.after(backMs, () => victim.start());
  }

  #pause(random: Random): void {
    const victim = this.#victim(random);
    victim.pause();
    this.#world.trace(`${victim.name} is paused`);
    this.#world.scheduler.after(random.between(100, 3000), () => victim.resume());
  }

  get #everyone(): string[] {
    const { stores, frontends } = this.#world;
    const names = [...stores, ...frontends].map(({ name }) => name);
    return [...names, 'ns', ...this.#clients];
  }

  #split(random: Random, oneWay: boolean): void {
    const { network } = this.#world;
    const names = random.shuffle(this.#everyone);
    const at = random.int(1, names.length - 1);
    for (const a of names.slice(0, at)) {
      for (const b of names.slice(at)) {
        network.cut(a, b);
        if (!oneWay) network.cut(b, a);
      }
    }
    this.#world.trace(
      `the network splits${oneWay ? ' one way' : ''}: ${names.slice(0, at).join()}`,
    );
  }

  #heal(): void {
    const { scheduler, network } = this.#world;
    if (scheduler.nowMs >= this.#holdUntilMs) network.heal();
  }

  /**
   * Cuts the primary off from the name server, from the other stores, or from both, and leaves
   * some front ends with it, which may hear nothing else either: long enough for a successor to
   * serve while they still ask the old one.
   */
  #isolatePrimary(random: Random): void {
    const { scheduler, network, stores, frontends } = this.#world;
    const primary = this.#primary;
    if (primary === undefined) return;
    const [kept, ...left] = random.shuffle(frontends.map(({ name }) => name));
    const cutOff = left.filter(() => random.chance(0.8));
    const alone = random.chance(0.6) ? [...stores.map(({ name }) => name), 'ns', ...cutOff] : [];
    for (const other of alone) {
      if (kept === undefined || other === primary.name) continue;
      network.cut(other, kept);
      network.cut(kept, other);
    }
    const names = random.chance(0.85) ? ['ns'] : [];
    const others = random.chance(0.85) ? stores.map(({ name }) => name) : [];
    const bothWays = random.chance(0.7);
    const who = [...names, ...others, ...cutOff];
    for (const other of who) {
      if (other === primary.name) continue;
      network.cut(primary.name, other);
      if (bothWays) network.cut(other, primary.name);
    }
    if (random.chance(0.7)) this.#holdUntilMs = scheduler.nowMs + random.between(1500, 6000);
    if (random.chance(0.5)) this.#quietUntilMs = this.#holdUntilMs;
    this.#world.trace(`${primary.name} is cut off from ${who.join()}`);
  }

  #oneLink(random: Random): void {
    const [a, b] = random.shuffle(this.#everyone);
    if (a !== undefined && b !== undefined) this.#world.network.cut(a, b);
  }

  /** Each store reaches only its neighbours. */
  #ring(random: Random): void {
    const { network, stores } = this.#world;
    const names = random.shuffle(stores.map(({ name }) => name));
    names.forEach((a, i) => {
      names.forEach((b, j) => {
        const apart = Math.abs(i - j);
        if (apart > 1 && apart < names.length - 1) network.cut(a, b);
      });
    });
    this.#world.trace(`the network is a ring: ${names.join()}`);
  }

  /** Some lose everybody, one after the other, and come back in another order. */
  #swizzle(random: Random): void {
    const { network, scheduler } = this.#world;
    const everyone = this.#everyone;
    const chosen = random.shuffle(everyone).slice(0, random.int(1, 3));
    this.#world.trace(`swizzle: ${chosen.join()}`);
    let atMs = 0;
    for (const name of chosen) {
      scheduler.after((atMs += random.between(10, 400)), () => {
        for (const other of everyone) {
          network.cut(name, other);
          network.cut(other, name);
        }
      });
    }
    for (const name of random.shuffle(chosen)) {
      scheduler.after((atMs += random.between(10, 800)), () => network.mend([name]));
    }
  }

  #powerCut(random: Random): void {
    this.#world.trace('the power is cut');
    for (const store of this.#world.stores) {
      store.kill();
      this.#world.scheduler.after(random.between(10, 800), () => store.start());
    }
  }

  #limp(random: Random): void {
    const victim = this.#victim(random);
    victim.disk.slowness = random.between(10, 40);
    this.#world.trace(`the disk of ${victim.name} limps`);
    this.#world.scheduler.after(random.between(200, 2500), () => {
      victim.disk.slowness = 1;
    });
  }

  /** The name server does not hear that the process is another one. */
  #hiddenReboot(random: Random): void {
    const { network, scheduler } = this.#world;
    const victim = this.#victim(random);
    network.cut(victim.name, 'ns');
    this.#world.trace(`${victim.name} is started again, and the name server does not hear it`);
    victim.kill();
    scheduler.after(random.between(1, 20), () => victim.start());
    scheduler.after(random.between(300, 1500), () => network.open(victim.name, 'ns'));
  }

  #frontEnd(random: Random): void {
    const victim = random.pick(this.#world.frontends);
    victim?.kill();
    this.#world.scheduler.after(random.between(20, 1500), () => victim?.start());
  }

  #clock(random: Random): void {
    const jumpMs = Math.round(random.between(-1, 1) * (random.pick([50, 5000, 3_600_000]) ?? 0));
    if (random.chance(0.7)) this.#victim(random).clockOffMs += jumpMs;
    else {
      const frontend = random.pick(this.#world.frontends);
      if (frontend !== undefined) frontend.clockOffMs += jumpMs;
    }
    this.#world.trace(`a clock jumps by ${jumpMs} ms`);
  }

  #nameServer(random: Random): void {
    const { scheduler, nameServer } = this.#world;
    nameServer.kill();
    scheduler.after(random.between(50, 2000), () => nameServer.start());
  }

  #pauseNameServer(random: Random): void {
    const { scheduler, nameServer } = this.#world;
    nameServer.pause();
    this.#world.trace('the name server is paused');
    scheduler.after(random.between(100, 4000), () => nameServer.resume());
  }

  /** It can not save a view for a while; it goes on, or is started again and knows only the old. */
  #nameServerDisk(random: Random): void {
    const { scheduler, nameServer } = this.#world;
    nameServer.diskFails = true;
    this.#world.trace('the name server can not save');
    scheduler.after(random.between(100, 1500), () => {
      if (random.chance(0.5)) {
        nameServer.kill();
        nameServer.start();
      }
      nameServer.diskFails = false;
    });
  }

  #queueDisk(random: Random): void {
    const victim = random.pick(this.#world.frontends);
    if (victim !== undefined)
      victim.queueDisk.failNext = random.pick(['certain', 'uncertain']) ?? null;
  }

  /** A view has just changed: the moment in which protocols break. */
  onView(before: View | null, view: View): void {
    const random = this.#changeRandom.fork(`${view.viewNumber}`);
    if (before !== null && view.inSync.length > before.inSync.length && random.chance(0.1)) {
      this.#strike('joining', random, (r) => this.#joins.leavePrimaryAlone(r, view));
    }
    const elected = before !== null && before.epoch !== view.epoch;
    if (elected && random.chance(0.1)) {
      this.#strike('election-restart', random, this.#strikes['election-restart']);
    } else if (random.chance(0.15)) {
      this.#strike('view-change', random, this.#strikes['view-change']);
    }
  }

  /** A store was just proposed into the set. */
  onJoinProposed(primary: SimStore, joiner: string): void {
    const random = this.#changeRandom.fork(`${primary.name} ${this.#world.scheduler.nowMs}`);
    if (!random.chance(0.15)) return;
    this.#strike('joining', random, (r) => this.#joins.hideJoiner(r, primary, joiner));
  }

  #afterChange(random: Random): void {
    this.#world.scheduler.after(random.between(0, 5), () => {
      if (this.#over) return;
      const draw = random.next();
      if (draw < 0.4) this.#split(random, random.chance(0.3));
      else if (draw < 0.7) this.#kill(random, random.between(1, 400));
      else if (draw < 0.85) this.#powerCut(random);
      else this.#heal();
    });
  }

  #restartMembers(random: Random): void {
    const { nameServer, scheduler, stores } = this.#world;
    const members = nameServer.saved.view?.inSync ?? [];
    for (const store of stores) {
      if (!members.includes(store.id) || random.chance(0.3)) continue;
      scheduler.after(random.between(0, 30), () => {
        if (this.#over) return;
        store.kill();
        scheduler.after(random.between(1, 60), () => store.start());
      });
    }
  }

  /** Everything works from now on. */
  heal(): void {
    this.#over = true;
    const { network, stores, nameServer, frontends } = this.#world;
    network.heal();
    network.options = { lossShare: 0, duplicateShare: 0, slowShare: 0.02, lateShare: 0 };
    this.#storage.heal();
    nameServer.resume();
    nameServer.start();
    for (const store of stores) {
      store.resume();
      store.start();
    }
    for (const frontend of frontends) frontend.start();
    this.#world.trace('everything heals');
  }
}
