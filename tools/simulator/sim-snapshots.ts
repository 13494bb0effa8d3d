import type { SnapshotOffer } from '../../backend-server/replication/events.ts';
import type { SimSnapshot } from './disk.ts';
import type { Random } from './random.ts';
import type { Process, SimStore } from './sim-store.ts';
import { call } from './call.ts';
import type { World } from './world.ts';

/** Makes, hands out, fetches and installs snapshots for one store. */
export class SimSnapshots {
  /** Share of snapshots that arrive torn or can not be made. */
  tornShare = 0;
  readonly #store: SimStore;
  readonly #world: World;
  readonly #random: Random;
  readonly #made = new Map<string, SimSnapshot>();

  constructor(store: SimStore, world: World) {
    this.#store = store;
    this.#world = world;
    this.#random = world.random.fork(`snapshots ${store.name}`);
  }

  /** They go with the process that made them. */
  forget(): void {
    this.#made.clear();
  }

  make(process: Process, to: string): void {
    const store = this.#store;
    this.#world.scheduler.after(this.#random.between(1, 30), () => {
      if (store.process !== process) return;
      if (this.#random.chance(this.tornShare)) {
        store.whenAwake(() => store.step({ kind: 'snapshot-made', to, offer: null }));
        return;
      }
      const content = store.disk.snapshot();
      const snapshotId = `${store.id}-${content.base.lsn}`;
      this.#made.set(snapshotId, content);
      const offer = { base: content.base, snapshotId, bytes: 1, sha256: '' };
      store.whenAwake(() => store.step({ kind: 'snapshot-made', to, offer }));
    });
  }

  install(process: Process, effect: { from: string; offer: SnapshotOffer }): void {
    const store = this.#store;
    const { from, offer } = effect;
    const installed = (ok: boolean) => (): void => {
      if (store.process !== process) return;
      store.whenAwake(() => store.step({ kind: 'snapshot-installed', base: offer.base, ok }));
    };
    const source = this.#world.stores.find((one) => one.id === from);
    if (source === undefined) {
      this.#world.scheduler.after(1, installed(false));
      return;
    }
    call(this.#world, {
      from: store.name,
      to: source,
      deadlineMs: 2000,
      serve: (answer: (value: SimSnapshot | null) => void) =>
        answer(source.snapshots.#made.get(offer.snapshotId) ?? null),
      done: (result) => {
        if (store.process !== process) return;
        const torn = this.#random.chance(this.tornShare);
        const content = result.ok && !torn ? result.value : null;
        store.whenAwake(() => {
          if (content === null) installed(false)();
          else store.disk.install(content, installed(true));
        });
      },
    });
  }
}
