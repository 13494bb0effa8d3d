import type { PeerMessage } from '../../shared/contract/replica.ts';
import type { View } from '../../shared/contract/view.ts';
import type { TraceEvent } from '../../backend-server/replication/trace-event.ts';
import type { Executed } from './model.ts';
import type { SimStore } from './sim-store.ts';
import type { World } from './world.ts';

/** Thrown to end a run at the first broken invariant. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

const sameOp = (a: Executed, b: Executed): boolean =>
  a === b ||
  (a !== null && b !== null && a.opId === b.opId && a.result === b.result && a.fresh === b.fresh);

/**
 * The judges inside a run (PROTOCOL 3.8). They look at what stores say, hold and execute; they
 * never steer, and the core does not know them.
 */
export class Checkers {
  readonly #world: () => World;
  readonly #committers = new Map<number, string>();
  readonly #epochSeen = new Map<string, number>();
  /** What was executed at each lsn, by whoever did it first. */
  readonly history: Executed[] = [];
  commits = 0;
  views = 0;

  constructor(world: () => World) {
    this.#world = world;
  }

  violation(what: string): never {
    throw new Violation(what);
  }

  onTrace(store: SimStore, event: TraceEvent): void {
    if (event.name !== 'committed') {
      if (event.name === 'view-adopted') return;
      this.#world().trace(`${store.name} ${JSON.stringify(event)}`);
      return;
    }
    this.commits += 1;
    const boot = store.process?.core.state.boot ?? 0;
    const committer = `${store.id}:${boot}`;
    const known = this.#committers.get(event.epoch);
    if (known === undefined) this.#committers.set(event.epoch, committer);
    else if (known !== committer)
      this.violation(`I1: ${known} and ${committer} commit in epoch ${event.epoch}`);
    this.#everyMemberHolds(store, event.lsn);
  }

  /** I3: what is committed is on the disk of every member of the name server's present set. */
  #everyMemberHolds(committer: SimStore, lsn: number): void {
    const world = this.#world();
    const view = world.nameServer.saved.view;
    const log = committer.process?.core.state.log;
    if (view === null || log === undefined) return;
    for (const storeId of view.inSync) {
      const member = world.stores.find((one) => one.id === storeId);
      if (member?.disk.holds(lsn, (at) => log.epochAt(at)) === true) continue;
      this.violation(
        `I3: ${committer.name} commits ${lsn}, which ${storeId.slice(0, 4)} has not on its disk`,
      );
    }
  }

  /** I4: an acknowledgement speaks of what is on this disk at this moment. */
  onSend(store: SimStore, message: PeerMessage): void {
    if (message.kind !== 'ack' || !message.ok) return;
    const log = store.process?.core.state.log;
    if (log === undefined || store.disk.holds(message.matchLsn, (at) => log.epochAt(at))) return;
    this.violation(`I4: ${store.name} acknowledges ${message.matchLsn}, which is not on its disk`);
  }

  /** I6, I9: all stores execute one sequence, and an opId has an effect once. */
  onApplied(store: SimStore, upTo: number, executed: readonly Executed[]): void {
    const first = upTo - executed.length;
    executed.forEach((one, i) => {
      const known = this.history[first + i];
      if (known === undefined) this.history[first + i] = one;
      else if (!sameOp(known, one)) {
        const other = JSON.stringify(known);
        this.violation(
          `I6: ${store.name} executes ${JSON.stringify(one)} at ${first + i + 1}, another ${other}`,
        );
      }
    });
  }

  afterStep(store: SimStore): void {
    const state = store.process?.core.state;
    if (state === undefined) return;
    const process = `${store.id}:${state.boot}`;
    const before = this.#epochSeen.get(process) ?? 0;
    if (state.epochSeen < before) this.violation(`I7: epochSeen of ${store.name} went back`);
    this.#epochSeen.set(process, state.epochSeen);
    if (state.appliedLsn > state.commitLsn || state.commitLsn > state.log.lastLsn) {
      this.violation(
        `${store.name}: ${state.appliedLsn} applied, ${state.commitLsn} committed, ` +
          `${state.log.lastLsn} in the log`,
      );
    }
  }

  /** I8: the set never shrinks below the minimum and a new primary was a member before. */
  onView(before: View | null, view: View): void {
    this.views += 1;
    this.#world().trace(
      `view ${view.viewNumber} epoch ${view.epoch} primary ${view.primary.slice(0, 4)} ` +
        `set ${view.inSync.map((one) => one.slice(0, 4)).join(',')} (${view.reason})`,
    );
    if (before === null) return;
    if (view.viewNumber !== before.viewNumber + 1) this.violation('I7: view numbers have a gap');
    if (view.inSync.length < before.inSync.length && view.inSync.length < view.minInSync) {
      this.violation(`I8: the set shrank below ${view.minInSync}`);
    }
    if (!before.inSync.includes(view.primary))
      this.violation('I8: the new primary was not in the set');
  }
}
