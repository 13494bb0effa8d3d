import type { Entry, PeerMessage } from '../../shared/contract/replica.ts';
import type { View } from '../../shared/contract/view.ts';
import type { CoreImage, StateHash, StorageOp } from '../../backend-server/replication/events.ts';
import type { TraceEvent } from '../../backend-server/replication/trace-event.ts';
import { CommittedHistory, sameOp } from './committed.ts';
import type { Platter } from './disk.ts';
import type { Executed, Register, SimResult } from './model.ts';
import type { SimStore } from './sim-store.ts';
import type { World } from './world.ts';

/** Thrown to end a run at the first broken invariant. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Ids here repeat four characters, which say enough to people. */
const storeIds = /([0-9a-f]{4})\1{7}/g;

/**
 * The judges inside a run (PROTOCOL 3.8). They look at what stores say, hold and execute; they
 * never steer, and the core does not know them.
 */
export class Checkers {
  readonly #world: () => World;
  readonly #committers = new Map<number, string>();
  readonly #epochSeen = new Map<string, number>();
  readonly #commitLsn = new Map<string, number>();
  /** Highest epoch in which a store has spoken. */
  readonly #promised = new Map<string, number>();
  readonly #entries = new Map<string, { entry: Entry; prevEpoch: number }>();
  /** Ops with their position: those handed to a disk, and those that never were, it is said. */
  readonly #handedOut = new Set<string>();
  readonly #neverDone = new Set<string>();
  /** epoch of each committed lsn. */
  readonly #committed: number[] = [];
  readonly #hashes = new Map<number, string>();
  readonly #accepted = new Set<string>();
  readonly #proposals: { expect: number; inSync: string[] }[] = [];
  #lastAt: string | null = null;
  /** What was executed at each lsn, by whoever did it first. */
  readonly history = new CommittedHistory();
  /** Up to here callers have been told of what was committed. */
  answeredLsn = 0;
  commits = 0;
  views = 0;
  /** Stores whose contents were lost: nobody can ask them to hold anything. */
  lost = 0;

  constructor(world: () => World) {
    this.#world = world;
  }

  violation(what: string): never {
    throw new Violation(what);
  }

  get committedLsn(): number {
    return this.#committed.length;
  }

  /** The sets that may still take the place of this view's. */
  proposedOn(viewNumber: number): string[][] {
    return this.#proposals
      .filter(({ expect }) => expect === viewNumber)
      .map(({ inSync }) => inSync);
  }

  epochOf(lsn: number): number | null {
    return this.#committed[lsn - 1] ?? null;
  }

  onTrace(store: SimStore, event: TraceEvent): void {
    if (event.name !== 'committed') {
      if (event.name === 'view-adopted') return;
      if (event.name === 'proposed') this.#proposals.push(event.proposal);
      const text = JSON.stringify(event).replaceAll(storeIds, '$1');
      this.#world().trace(`${store.name} ${text}`);
      return;
    }
    this.commits += 1;
    const boot = store.process?.core.state.boot ?? 0;
    const committer = `${store.id.slice(0, 4)}:${boot}`;
    const known = this.#committers.get(event.epoch);
    if (known === undefined) this.#committers.set(event.epoch, committer);
    else if (known !== committer)
      this.violation(`I1: ${known} and ${committer} commit in epoch ${event.epoch}`);
    this.#noteCommitted(store, event.lsn);
    this.#everyMemberHolds(store, event.lsn);
  }

  /** I6 of the log: what is committed once is what every later primary commits there. */
  #noteCommitted(store: SimStore, upTo: number): void {
    const log = store.process?.core.state.log;
    if (log === undefined) return;
    for (let lsn = Math.max(log.base.lsn, this.#committed.length) + 1; lsn <= upTo; lsn += 1) {
      this.#committed[lsn - 1] = log.epochAt(lsn) ?? 0;
    }
    const epoch = log.epochAt(upTo);
    if (epoch !== null && this.#committed[upTo - 1] !== epoch) {
      this.violation(`I6: ${store.name} commits another entry at ${upTo} than was committed`);
    }
  }

  /** I3: what is committed is on the disk of every member of the name server's present set. */
  #everyMemberHolds(committer: SimStore, lsn: number): void {
    const world = this.#world();
    const view = world.nameServer.saved.view;
    const log = committer.process?.core.state.log;
    if (view === null || log === undefined) return;
    for (const storeId of view.inSync) {
      const member = world.stores.find((one) => one.id === storeId);
      // Its disk was damaged after it had acknowledged: the others hold it.
      if (member === undefined || member.disk.doomed) continue;
      if (member.disk.holds(lsn, (at) => log.epochAt(at))) continue;
      this.violation(
        `I3: ${committer.name} commits ${lsn}, which ${member.name} has not on its disk`,
      );
    }
  }

  /** I4: an acknowledgement speaks of what is on this disk at this moment. */
  onSend(store: SimStore, message: PeerMessage): void {
    this.#promisesAreKept(store, message);
    if (message.kind === 'reject') return;
    if (message.epoch > (this.#promised.get(store.id) ?? 0)) {
      this.#promised.set(store.id, message.epoch);
    }
    if (message.kind !== 'ack' || !message.ok || store.disk.doomed) return;
    const log = store.process?.core.state.log;
    if (log === undefined || store.disk.holds(message.matchLsn, (at) => log.epochAt(at))) return;
    this.violation(`I4: ${store.name} acknowledges ${message.matchLsn}, which is not on its disk`);
  }

  /** I7: a store speaks only of what it has promised on its disk (G1, 3.5). */
  #promisesAreKept(store: SimStore, message: PeerMessage): void {
    const { epochSeen, view } = store.disk.durable;
    const epoch = message.kind === 'reject' ? message.epochSeen : message.epoch;
    const viewNumber = message.kind === 'reject' ? 0 : message.viewNumber;
    if (epoch <= epochSeen && viewNumber <= (view?.viewNumber ?? 0)) return;
    this.violation(
      `I7: ${store.name} speaks of epoch ${epoch} and view ${viewNumber}, on its disk are ` +
        `${epochSeen} and ${view?.viewNumber ?? 0}`,
    );
  }

  /** I2: one entry per lsn and epoch, one predecessor. I5: no member cuts what is committed. */
  onWrite(store: SimStore, op: StorageOp, platter: Platter): void {
    if (op.op === 'cut') {
      // One that has left the set may, until it hears of the primary of the day.
      const member = this.#world().nameServer.saved.view?.inSync.includes(store.id) === true;
      const known = member ? Infinity : (store.process?.core.state.commitLsn ?? 0);
      for (let lsn = op.from; lsn <= platter.base.lsn + platter.entries.length; lsn += 1) {
        const entry = platter.entries[lsn - platter.base.lsn - 1];
        const committed = entry !== undefined && this.#committed[lsn - 1] === entry.epoch;
        if (committed && lsn <= known) this.violation(`I5: ${store.name} cuts ${lsn}`);
      }
    } else if (op.op === 'append') {
      let prevEpoch = platter.entries.at(-1)?.epoch ?? platter.base.epoch;
      for (const entry of op.entries) {
        this.#oneEntry(store, entry, prevEpoch);
        prevEpoch = entry.epoch;
      }
    }
  }

  #oneEntry(store: SimStore, entry: Entry, prevEpoch: number): void {
    const handedOut = `${entry.epoch}:${entry.lsn}:${entry.opId}`;
    if (entry.kind === 'op') this.#handedOut.add(handedOut);
    if (this.#neverDone.has(handedOut)) this.#wronglyDenied(store, entry.opId);
    const mark = `${entry.lsn}:${entry.epoch}`;
    const known = this.#entries.get(mark);
    if (known === undefined) {
      this.#entries.set(mark, { entry, prevEpoch });
      return;
    }
    const { entry: other } = known;
    const same = other.opId === entry.opId && other.payload === entry.payload;
    if (same && other.kind === entry.kind && known.prevEpoch === prevEpoch) return;
    this.violation(`I2: ${store.name} holds another entry of epoch ${entry.epoch} at ${entry.lsn}`);
  }

  /** H12: what waited at a primary and is called certainly not done was never handed out. */
  onNeverDone(store: SimStore, said: { epoch: number; lsn: number; opId: string }): void {
    const mark = `${said.epoch}:${said.lsn}:${said.opId}`;
    this.#neverDone.add(mark);
    if (this.#handedOut.has(mark)) this.#wronglyDenied(store, said.opId);
  }

  #wronglyDenied(store: SimStore, opId: string): void {
    this.violation(`H12: ${opId} was called certainly not done, ${store.name} has it on its disk`);
  }

  /** I7 across a restart: what was promised is still known. */
  onStart(image: CoreImage, quarantined: string | null): void {
    if (quarantined !== null) this.lost += 1;
    const promised = this.#promised.get(image.storeId) ?? 0;
    if (image.epochSeen >= promised) return;
    this.violation(`I7: ${image.storeId.slice(0, 4)} has forgotten its promise of ${promised}`);
  }

  /** I6, I9, I13: all stores execute one sequence to one state, and an opId has an effect once. */
  onApplied(
    store: SimStore,
    done: { executed: readonly Executed[]; stateHash: StateHash | null },
  ): void {
    const { executed, stateHash } = done;
    const upTo = store.disk.state.appliedLsn;
    if (upTo > this.#committed.length) {
      this.violation(`I6: ${store.name} executes ${upTo}, which is not committed`);
    }
    const first = upTo - executed.length;
    executed.forEach((one, i) => {
      const lsn = first + i + 1;
      if (lsn > this.history.length) this.#first(store, one, lsn);
      else if (!sameOp(this.history.at(lsn) ?? null, one)) {
        const other = JSON.stringify(this.history.at(lsn));
        this.violation(
          `I6: ${store.name} executes ${JSON.stringify(one)} at ${lsn}, another ${other}`,
        );
      }
    });
    if (stateHash === null) return;
    const known = this.#hashes.get(stateHash.lsn);
    if (known === undefined) this.#hashes.set(stateHash.lsn, stateHash.hash);
    else if (known !== stateHash.hash) {
      this.violation(`I13: ${store.name} has another state at ${stateHash.lsn}`);
    }
  }

  #first(store: SimStore, one: Executed, lsn: number): void {
    if (one?.fresh === true) {
      if (this.history.lsnOf(one.opId) !== null) {
        this.violation(`I9: ${store.name} executes ${one.opId} again at ${lsn}`);
      }
      if (this.#lastAt !== null && one.at <= this.#lastAt) {
        this.violation(`time goes back: ${one.at} at ${lsn} comes after ${this.#lastAt}`);
      }
      this.#lastAt = one.at;
    }
    this.history.add(one);
  }

  /** What a primary answers is committed, executed, and on as many disks as it says. */
  onAcknowledged(
    store: SimStore,
    said: { opId: string; result: SimResult | undefined; lsn: number; copies: number },
  ): SimResult {
    const { opId, result, lsn, copies } = said;
    const recorded = this.history.resultOf(opId);
    if (result === undefined || recorded !== result) {
      this.violation(`I10: ${store.name} answers ${opId} with ${result}, recorded is ${recorded}`);
    }
    if (lsn > this.#committed.length) this.violation(`I10: ${opId} is answered, not committed`);
    const log = store.process?.core.state.log;
    const holders = this.#world().stores.filter((one) =>
      one.disk.holds(lsn, (at) => log?.epochAt(at) ?? null),
    );
    if (holders.length + this.lost + this.doomed < copies) {
      this.violation(`${opId} is said to have ${copies} copies, it has ${holders.length}`);
    }
    this.answeredLsn = Math.max(this.answeredLsn, lsn);
    return result;
  }

  get doomed(): number {
    return this.#world().stores.filter(({ disk }) => disk.doomed).length;
  }

  /**
   * A read shows one instant: the state exactly at the lsn that it names, and it is committed. One
   * that is not stale shows everything that was answered before it came.
   */
  onRead(
    store: SimStore,
    asked: { keys: readonly string[]; atLeastLsn: number },
    answer: { registers: readonly Register[]; lsn: number },
  ): void {
    const { keys, atLeastLsn } = asked;
    if (answer.lsn < atLeastLsn) {
      this.violation(
        `I11: ${store.name} answers a read with ${answer.lsn}, when it came ${atLeastLsn} was told`,
      );
    }
    if (answer.lsn > this.#committed.length) {
      this.violation(`I11: ${store.name} shows ${answer.lsn}, which is not committed`);
    }
    keys.forEach((key, i) => {
      const expected = this.history.registerAt(key, answer.lsn);
      if (answer.registers[i] === expected) return;
      this.violation(
        `I11: ${store.name} shows ${key} as ${answer.registers[i]} at ${answer.lsn}, ` +
          `it was ${expected}`,
      );
    });
  }

  /** I10: a read sees everything that anybody had committed when it came. */
  onFreshRead(store: SimStore, leastLsn: number): void {
    const { appliedLsn } = store.disk.state;
    if (appliedLsn >= leastLsn) return;
    this.violation(
      `I10: ${store.name} reads at ${appliedLsn}, ${leastLsn} was committed when it was asked`,
    );
  }

  /** A 202 was told. */
  onAccepted(opId: string): void {
    this.#accepted.add(opId);
  }

  /** I12: the end that the owner is told is the one that is recorded. */
  onEnded(opId: string, as: 'placed' | 'rejected' | 'expired' | 'withdrawn'): SimResult {
    const recorded = this.history.resultOf(opId);
    if (recorded === null) this.violation(`I12: ${opId} ended as ${as}, nothing is recorded`);
    if ((as === 'placed') !== (recorded === 'placed')) {
      this.violation(`I12: ${opId} ended as ${as}, recorded is ${recorded}`);
    }
    this.#accepted.delete(opId);
    return recorded;
  }

  /** At the end: every 202 has ended, and everything that was told is still so. */
  atEnd(told: ReadonlyMap<string, SimResult>): void {
    for (const opId of this.#accepted) this.violation(`I12: ${opId} was accepted and never ended`);
    for (const [opId, result] of told) {
      const recorded = this.history.resultOf(opId);
      if (recorded === result) continue;
      this.violation(`I10: ${opId} was told as ${result}, recorded is ${recorded}`);
    }
    for (const store of this.#world().stores) {
      const state = store.process?.core.state;
      if (state === undefined || state.primary === null || !state.primary.serving) continue;
      if (state.epochSeen !== this.#world().nameServer.saved.view?.epoch) continue;
      for (const [opId, result] of told) {
        if (store.disk.state.results.get(opId) === result) continue;
        this.violation(`I10: the last primary ${store.name} has lost ${opId}`);
      }
    }
  }

  /** Disks here are honest: a store that is called a liar has been wronged. */
  onBurned(burned: readonly string[]): void {
    for (const storeId of burned) {
      this.violation(`the name server burned ${storeId.slice(0, 4)}, which had lost nothing`);
    }
  }

  afterStep(store: SimStore): void {
    const state = store.process?.core.state;
    if (state === undefined) return;
    const process = `${store.id}:${state.boot}`;
    const before = this.#epochSeen.get(process) ?? 0;
    if (state.epochSeen < before) this.violation(`I7: epochSeen of ${store.name} went back`);
    if (state.epochSeen > before) this.#epochSeen.set(process, state.epochSeen);
    const commitBefore = this.#commitLsn.get(process) ?? 0;
    if (state.commitLsn < commitBefore) this.violation(`I5: commitLsn of ${store.name} went back`);
    if (state.commitLsn > commitBefore) this.#commitLsn.set(process, state.commitLsn);
    if (state.appliedLsn > state.commitLsn || state.commitLsn > state.log.lastLsn) {
      this.violation(
        `${store.name}: ${state.appliedLsn} applied, ${state.commitLsn} committed, ` +
          `${state.log.lastLsn} in the log`,
      );
    }
    if (state.commitLsn > this.#committed.length) {
      this.violation(`I6: ${store.name} takes ${state.commitLsn} as committed, it is not`);
    }
  }

  /** I3 when the set changes: a member may be elected next, so it has everything committed. */
  #membersHoldAll(view: View): void {
    for (const storeId of view.inSync) {
      const member = this.#world().stores.find((one) => one.id === storeId);
      // Its contents were lost after it had acknowledged: the others hold them.
      if (member === undefined || member.disk.doomed) continue;
      if (member.disk.holds(this.committedLsn, (lsn) => this.epochOf(lsn))) continue;
      this.violation(
        `I3: ${member.name} is in view ${view.viewNumber} without ${this.committedLsn}`,
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
    this.#membersHoldAll(view);
    if (before === null) return;
    // A save that failed may be made up for by one that holds several changes.
    if (view.viewNumber <= before.viewNumber) this.violation('I7: view numbers went back');
    if (view.inSync.length < before.inSync.length && view.inSync.length < view.minInSync) {
      this.violation(`I8: the set shrank below ${view.minInSync}`);
    }
    if (view.viewNumber !== before.viewNumber + 1) return;
    if (!before.inSync.includes(view.primary))
      this.violation('I8: the new primary was not in the set');
  }
}
