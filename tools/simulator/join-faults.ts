import type { View } from '../../shared/contract/view.ts';
import type { Random } from './random.ts';
import type { SimStore } from './sim-store.ts';
import type { World } from './world.ts';

/**
 * Faults aimed at the moment in which a store joins: its name is in a proposal or in the newest
 * view, and not everybody knows.
 */
export class JoinFaults {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * The joiner is out of reach as soon as it was proposed, and the name server may have forgotten
   * it for a moment: the proposal is refused, and a late copy of it is not.
   */
  hideJoiner(random: Random, primary: SimStore, joiner: string): void {
    const { network, scheduler, nameServer, stores } = this.#world;
    const store = stores.find((one) => one.id === joiner);
    if (store === undefined) return;
    if (random.chance(0.5)) {
      nameServer.kill();
      nameServer.start();
    }
    this.#world.trace(`${store.name} is out of reach of ${primary.name} while it joins`);
    scheduler.after(random.between(0, 20), () => {
      network.cut(store.name, primary.name);
      network.cut(primary.name, store.name);
    });
    scheduler.after(random.between(1000, 4000), () => {
      network.open(store.name, primary.name);
      network.open(primary.name, store.name);
    });
  }

  /**
   * The set has grown, and its primary does not hear of it: it is alone with some front ends, or in
   * a large set with one member, which confirms what nobody else would.
   */
  leavePrimaryAlone(random: Random, view: View): void {
    const { network, scheduler, stores, frontends } = this.#world;
    const primary = stores.find((one) => one.id === view.primary);
    if (primary === undefined) return;
    const others = random.shuffle(stores.filter((one) => one !== primary)).map(({ name }) => name);
    const together = view.inSync.length > 3 && random.chance(0.5) ? others.splice(0, 1) : [];
    const cutOff = frontends.filter(() => random.chance(0.5)).map(({ name }) => name);
    const links = [primary.name, ...together].flatMap((inside) =>
      ['ns', ...others, ...cutOff].map((outside) => ({ inside, outside })),
    );
    for (const { inside, outside } of links) {
      network.cut(inside, outside);
      network.cut(outside, inside);
    }
    this.#world.trace(`${primary.name} is alone just when its set has grown`);
    scheduler.after(random.between(2000, 6000), () => {
      for (const { inside, outside } of links) {
        network.open(inside, outside);
        network.open(outside, inside);
      }
    });
  }
}
