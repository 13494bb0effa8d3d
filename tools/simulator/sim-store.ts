import type { BeatResult, BeatStatus, ViewAnswer } from '../../shared/contract/nameserver.ts';
import type { PeerMessage } from '../../shared/contract/replica.ts';
import type { ViewNews } from '../../shared/contract/view.ts';
import { ReplicaCore } from '../../backend-server/replication/core.ts';
import type { Effect, Event, Outcome } from '../../backend-server/replication/events.ts';
import type { CoreConfig } from '../../backend-server/replication/config.ts';
import { SimDisk } from './disk.ts';
import type { Random } from './random.ts';
import { SimService } from './sim-service.ts';
import { SimSnapshots } from './sim-snapshots.ts';
import { type Callee, breakConnections, call } from './call.ts';
import type { World } from './world.ts';

const beatMs = 500;
const proposalMs = 1000;
/** Proposals and resignations may reach the name server as late as this. */
const lateProposalMs = 3000;

/** One process of a store: gone with everything it held when the store is killed. */
export interface Process {
  core: ReplicaCore;
  paused: boolean;
  backlog: (() => void)[];
  waiting: Map<number, (outcome: Outcome) => void>;
  /** Told when this primary serves or is one no more. */
  settled: (() => void)[];
  beating: boolean;
  beatAgain: boolean;
  /** Of the ops taken by this process. */
  lastAtMs: number;
}

/** The shell of the core in the simulator: the same effects, performed on simulated parts. */
export class SimStore implements Callee {
  readonly name: string;
  readonly connections = new Set<() => void>();
  readonly disk: SimDisk;
  readonly service: SimService;
  process: Process | null = null;
  /** Milliseconds by which the wall clock of this machine is off, and how fast it runs. */
  clockOffMs: number;
  readonly #clockRate: number;
  readonly snapshots: SimSnapshots;
  readonly #world: World;
  readonly #random: Random;
  readonly #config: CoreConfig;
  readonly #tickMs: number;
  #nextReq = 1;
  #flushing = false;

  constructor(slot: string, world: World, config: CoreConfig) {
    this.name = `s${slot}`;
    this.#world = world;
    this.#config = config;
    this.#random = world.random.fork(this.name);
    this.disk = new SimDisk(slot, {
      scheduler: world.scheduler,
      random: world.random.fork(`disk ${slot}`),
      onFailed: (why) => this.whenAwake(() => this.step({ kind: 'storage-failed', why })),
      onWrite: (op, platter) => world.checkers.onWrite(this, op, platter),
    });
    this.#tickMs = this.#random.between(60, 200);
    this.clockOffMs = this.#random.between(-5000, 5000);
    this.#clockRate = this.#random.between(0.98, 1.02);
    this.service = new SimService(this, world);
    this.snapshots = new SimSnapshots(this, world);
  }

  get id(): string {
    return this.disk.storeId;
  }

  get address(): string {
    return `${this.name}:1`;
  }

  get alive(): boolean {
    return this.process !== null;
  }

  get wallMs(): number {
    return Math.round(
      1_750_000_000_000 + this.clockOffMs + this.#world.scheduler.nowMs * this.#clockRate,
    );
  }

  start(): void {
    if (this.process !== null) return;
    if (this.disk.full) {
      // The boot count could not be written: the supervisor tries again.
      this.#world.scheduler.after(400, () => this.start());
      return;
    }
    const { image, quarantined } = this.disk.open();
    this.#world.checkers.onStart(image, quarantined);
    const process: Process = {
      core: new ReplicaCore(image, this.#config),
      paused: false,
      backlog: [],
      waiting: new Map(),
      settled: [],
      beating: false,
      beatAgain: false,
      lastAtMs: 0,
    };
    this.process = process;
    const aside = quarantined === null ? '' : `, blank: ${quarantined}`;
    this.#world.trace(
      `${this.name} starts as ${image.storeId.slice(0, 4)}, boot ${image.boot}, ` +
        `log ${image.base.lsn}+${image.entries.length}${aside}`,
    );
    this.#repeat(process, this.#tickMs, () => this.step({ kind: 'tick' }));
    this.#repeat(process, beatMs, () => this.#beat(process));
    this.#beat(process);
  }

  kill(): void {
    if (this.process === null) return;
    this.process = null;
    this.snapshots.forget();
    this.disk.crash();
    breakConnections(this);
    this.#world.trace(`${this.name} is killed`);
  }

  pause(): void {
    if (this.process !== null) this.process.paused = true;
  }

  /** H31: timers fire before the input that waited. */
  resume(): void {
    const { process } = this;
    if (process === null || !process.paused) return;
    process.paused = false;
    this.step({ kind: 'tick' });
    for (const run of process.backlog.splice(0)) if (process === this.process) run();
  }

  /** Work that arrives from outside; a paused process does it when it wakes. */
  whenAwake(run: (process: Process) => void): void {
    const { process } = this;
    if (process === null) return;
    if (process.paused) process.backlog.push(() => run(process));
    else run(process);
  }

  #repeat(process: Process, everyMs: number, run: () => void): void {
    this.#world.scheduler.after(everyMs, () => {
      if (this.process !== process) return;
      if (!process.paused) run();
      this.#repeat(process, everyMs, run);
    });
  }

  receive(way: { from: { id: string; boot: number }; to: string }, message: PeerMessage): void {
    // H24: a message names the store it is for; another one may live at this address by now.
    if (way.to !== this.id) return;
    const { id: from, boot } = way.from;
    this.whenAwake(() => this.step({ kind: 'message', from, boot, message }));
  }

  hear(to: string, news: ViewNews): void {
    if (to === this.id) this.whenAwake(() => this.step({ kind: 'news', news }));
  }

  /** One op or read for the core; the outcome may never come if the process dies. */
  ask(event: (req: number) => Event, answer: (outcome: Outcome) => void): void {
    const req = this.#nextReq;
    this.#nextReq += 1;
    this.process?.waiting.set(req, answer);
    this.step(event(req));
  }

  /** One event for the core of the living process. */
  step(event: Event): void {
    const { process } = this;
    if (process === null) return;
    this.#perform(process, process.core.step(event));
    if (this.#flushing || this.process !== process) return;
    this.#flushing = true;
    this.#world.scheduler.after(0.05, () => {
      this.#flushing = false;
      if (this.process !== null && !this.process.paused) {
        this.#perform(this.process, this.process.core.step({ kind: 'flush' }));
      }
    });
  }

  #perform(process: Process, effects: Effect[]): void {
    for (const effect of effects) {
      if (this.process !== process) return;
      this.#performOne(process, effect);
    }
    this.#world.checkers.afterStep(this);
  }

  #performOne(process: Process, effect: Effect): void {
    const { checkers } = this.#world;
    const current = (run: () => void): void => {
      if (this.process === process) this.whenAwake(run);
    };
    switch (effect.kind) {
      case 'persist':
        return this.disk.persist(effect.ops, (ms) =>
          current(() => this.step({ kind: 'persisted', token: effect.token, ms })),
        );
      case 'apply': {
        const { upTo } = effect;
        const executed = this.disk.apply(upTo, (stateHash) =>
          current(() => this.step({ kind: 'applied', upTo, stateHash })),
        );
        return checkers.onApplied(this, { executed, stateHash: this.disk.state.stateHash });
      }
      case 'send':
        return this.#send(process, effect.to, effect.message);
      case 'answer': {
        const answer = process.waiting.get(effect.req);
        process.waiting.delete(effect.req);
        return answer?.(effect.outcome);
      }
      case 'propose':
        return this.#propose(process, effect.proposal);
      case 'resign':
        return this.#resign(process, effect);
      case 'make-snapshot':
        return this.snapshots.make(process, effect.to);
      case 'install-snapshot':
        return this.snapshots.install(process, effect);
      case 'fatal':
        return this.#fatal(effect.why);
      case 'trace': {
        if (effect.event.name === 'serving' || effect.event.name === 'stepped-down') {
          for (const settle of process.settled.splice(0)) settle();
        }
        if (effect.event.name === 'serving' || effect.event.name === 'view-adopted') {
          this.#beat(process);
        }
        return checkers.onTrace(this, effect.event);
      }
    }
  }

  /** A disk that fails ends the process with 74; it is started again. Anything else is a bug. */
  #fatal(why: string): void {
    if (why !== 'the disk is full' && why !== 'a sync failed' && why !== 'a row is damaged') {
      this.#world.checkers.violation(`${this.name} stops: ${why}`);
    }
    this.#world.trace(`${this.name} stops: ${why}`);
    this.kill();
    this.#world.scheduler.after(this.#random.between(20, 800), () => this.start());
  }

  /** A row that is read turns out to be damaged: the storage engine fails. */
  failRead(): void {
    this.whenAwake(() => this.step({ kind: 'storage-failed', why: 'a row is damaged' }));
  }

  #send(process: Process, to: string, message: PeerMessage): void {
    this.#world.checkers.onSend(this, message);
    const from = { id: this.id, boot: process.core.state.boot };
    const target = this.#world.stores.find((store) => store.id === to);
    if (target === undefined) return;
    this.#world.network.send(this.name, target.name, () => target.receive({ from, to }, message));
  }

  #propose(process: Process, proposal: Extract<Effect, { kind: 'propose' }>['proposal']): void {
    this.#askNameServer(process, proposal.expect, (answer) =>
      this.#world.nameServer.propose(proposal, answer),
    );
  }

  #resign(process: Process, effect: { expect: number; to: string | null }): void {
    const { boot } = process.core.state;
    const wish = { expect: effect.expect, primary: this.id, boot, to: effect.to };
    this.#askNameServer(process, effect.expect, (answer) =>
      this.#world.nameServer.resign(wish, answer),
    );
  }

  #askNameServer(
    process: Process,
    expect: number,
    serve: (answer: (value: ViewAnswer | null) => void) => void,
  ): void {
    const { nameServer } = this.#world;
    call(this.#world, {
      from: this.name,
      to: nameServer,
      deadlineMs: proposalMs,
      lateMsMax: lateProposalMs,
      repeats: true,
      serve,
      done: (result) => {
        if (this.process !== process) return;
        const value = result.ok ? result.value : null;
        this.whenAwake(() => {
          if (value !== null) this.step({ kind: 'news', news: value.news });
          this.step({ kind: 'proposal-answered', expect, ok: value === null ? null : value.ok });
        });
      },
    });
  }

  /** One beat at a time; a wish during one is granted right after it. */
  #beat(process: Process): void {
    if (process.beating) {
      process.beatAgain = true;
      return;
    }
    process.beating = true;
    const { nameServer } = this.#world;
    const status = beatStatus(process.core);
    const { boot, storeId } = process.core.state;
    call(this.#world, {
      from: this.name,
      to: nameServer,
      deadlineMs: 900,
      serve: (answer: (value: BeatResult | 'burned' | null) => void) =>
        nameServer.beat(
          { kind: 'replica', id: this.name, instance: storeId, boot, status },
          answer,
        ),
      done: (result) => {
        if (this.process !== process) return;
        process.beating = false;
        if (process.beatAgain) {
          process.beatAgain = false;
          this.#beat(process);
        }
        if (!result.ok || result.value === null || result.value === 'burned') return;
        this.#onBeatAnswer(result.value);
      },
    });
  }

  #onBeatAnswer({ news, living }: BeatResult): void {
    this.whenAwake(() => {
      const peers = living
        .filter(({ instance }) => instance !== this.id)
        .map(({ instance, boot }) => ({ storeId: instance, boot }));
      this.step({ kind: 'peers', peers });
      if (news !== null) this.step({ kind: 'news', news });
    });
  }
}

const beatStatus = (core: ReplicaCore): BeatStatus => {
  const { role, viewNumber, docHash, epoch, hears, serving, ...status } = core.inspect();
  const { found, vouched } = status;
  return {
    role,
    viewNumber,
    docHash,
    epoch,
    lastEpoch: status.durableEpoch,
    lastLsn: status.durableLsn,
    ackedLsn: vouched.lsn,
    ackedEpoch: vouched.epoch,
    hears,
    fsyncAgeMs: 0,
    serving,
    foundEpoch: found.epoch,
    foundLsn: found.lsn,
  };
};
