import type { Random } from './random.ts';
import type { SimStore } from './sim-store.ts';
import type { World } from './world.ts';

/**
 * What disks do. The promise that makes safety possible is kept here: durable data is destroyed
 * only while the name server's present in-sync set, and every set that is proposed to take its
 * place and may still be accepted, has another member that holds everything committed on a sound
 * disk. From then on the view names a store that never comes back, so that the survivor is asked
 * to hold everything until the set has changed, and it can not be damaged before.
 */
export class StorageFaults {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  mayLose(store: SimStore): boolean {
    const { nameServer, stores, checkers } = this.#world;
    const view = nameServer.saved.view;
    if (view === null || store.disk.doomed) return false;
    // When it wakes it proposes what it had in mind, before it learns of the damage.
    if (store.process?.paused === true) return false;
    const sound = new Set(
      stores
        .filter((one) => one !== store)
        .filter(({ disk }) => disk.holds(checkers.committedLsn, (lsn) => checkers.epochOf(lsn)))
        .map(({ id }) => id),
    );
    return [view.inSync, ...checkers.proposedOn(view.viewNumber)]
      .filter((set) => set.includes(store.id))
      .every((set) => set.some((storeId) => sound.has(storeId)));
  }

  full(store: SimStore, random: Random): void {
    store.disk.full = true;
    this.#world.trace(`the disk of ${store.name} is full`);
    this.#world.scheduler.after(random.between(50, 2500), () => {
      store.disk.full = false;
    });
  }

  /** The sync of the next transaction fails; mostly the next start puts the store aside. */
  syncError(store: SimStore, random: Random): void {
    const noted = random.chance(0.7);
    store.disk.failNext = () => noted && this.mayLose(store);
  }

  /** A damaged row is met while the store runs. */
  badRead(store: SimStore): void {
    if (!store.alive || !this.mayLose(store)) return;
    store.disk.doom('a row is damaged');
    this.#world.trace(`${store.name} reads a damaged row`);
    store.failRead();
  }

  /** A crash leaves the file shorter than its watermark says, or torn in the middle. */
  tornTail(store: SimStore, random: Random): void {
    store.kill();
    if (this.mayLose(store)) store.disk.doom('the log is shorter than it once was');
    this.#world.scheduler.after(random.between(10, 800), () => store.start());
  }

  snapshots(random: Random): void {
    const { stores, scheduler } = this.#world;
    for (const store of stores) store.snapshots.tornShare = 0.5;
    scheduler.after(random.between(500, 4000), () => {
      for (const store of stores) store.snapshots.tornShare = 0;
    });
  }

  heal(): void {
    for (const { disk } of this.#world.stores) {
      disk.slowness = 1;
      disk.full = false;
      disk.failNext = null;
    }
    for (const store of this.#world.stores) store.snapshots.tornShare = 0;
    for (const { queueDisk } of this.#world.frontends) queueDisk.failNext = null;
    this.#world.nameServer.diskFails = false;
  }
}
