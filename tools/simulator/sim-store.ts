import type { BeatResult, BeatStatus } from '../../shared/contract/nameserver.ts';
import type { PeerMessage } from '../../shared/contract/replica.ts';
import type { ViewNews } from '../../shared/contract/view.ts';
import { must } from '../../shared/runtime/assert.ts';
import { ReplicaCore } from '../../backend-server/replication/core.ts';
import type {
  Effect,
  Event,
  Outcome,
  SnapshotOffer,
} from '../../backend-server/replication/events.ts';
import type { CoreConfig } from '../../backend-server/replication/config.ts';
import { SimDisk, type SimSnapshot } from './disk.ts';
import type { Executed } from './model.ts';
import { type World, call } from './world.ts';

const beatMs = 500;
const proposalMs = 1000;

/** One process of a store: gone with everything it held when the store is killed. */
interface Process {
  core: ReplicaCore;
  paused: boolean;
  backlog: (() => void)[];
  waiting: Map<number, (outcome: Outcome) => void>;
  living: { instance: string; boot: number }[];
}

/** The shell of the core in the simulator: the same effects, performed on simulated parts. */
export class SimStore {
  readonly id: string;
  readonly disk: SimDisk;
  process: Process | null = null;
  readonly #world: World;
  readonly #config: CoreConfig;
  readonly #tickMs: number;
  readonly #snapshots = new Map<string, SimSnapshot>();
  #nextReq = 1;
  #flushing = false;

  constructor(id: string, world: World, config: CoreConfig) {
    this.id = id;
    this.#world = world;
    this.#config = config;
    this.disk = new SimDisk(id, world.scheduler, world.random);
    this.#tickMs = world.random.between(60, 200);
  }

  get alive(): boolean {
    return this.process !== null;
  }

  get name(): string {
    return this.id.slice(0, 4);
  }

  start(): void {
    if (this.process !== null) return;
    const image = this.disk.open();
    const process: Process = {
      core: new ReplicaCore(image, this.#config),
      paused: false,
      backlog: [],
      waiting: new Map(),
      living: [],
    };
    this.process = process;
    this.#world.trace(
      `${this.name} starts, boot ${image.boot}, log ${image.base.lsn}+${image.entries.length}`,
    );
    this.#repeat(process, this.#tickMs, () => this.#step({ kind: 'tick' }));
    this.#repeat(process, beatMs, () => this.#beat(process));
    this.#beat(process);
  }

  kill(): void {
    if (this.process === null) return;
    this.process = null;
    this.#snapshots.clear();
    this.disk.crash();
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
    this.#step({ kind: 'tick' });
    for (const run of process.backlog.splice(0)) if (process === this.process) run();
  }

  /** Work that arrives from outside; a paused process does it when it wakes. */
  #whenAwake(run: () => void): void {
    const { process } = this;
    if (process === null) return;
    if (process.paused) process.backlog.push(run);
    else run();
  }

  #repeat(process: Process, everyMs: number, run: () => void): void {
    this.#world.scheduler.after(everyMs, () => {
      if (this.process !== process) return;
      if (!process.paused) run();
      this.#repeat(process, everyMs, run);
    });
  }

  receive(from: { id: string; boot: number }, message: PeerMessage): void {
    this.#whenAwake(() => this.#step({ kind: 'message', from: from.id, boot: from.boot, message }));
  }

  hear(news: ViewNews): void {
    this.#whenAwake(() => this.#step({ kind: 'news', news }));
  }

  submit(op: { opId: string; payload: string }, answer: (outcome: Outcome) => void): void {
    this.#whenAwake(() => {
      const req = this.#wait(answer);
      this.#step({ kind: 'submit', req, ...op });
    });
  }

  read(answer: (outcome: Outcome) => void): void {
    this.#whenAwake(() => {
      const req = this.#wait(answer);
      this.#step({ kind: 'read', req });
    });
  }

  position(answer: (position: { lastEpoch: number; lastLsn: number }) => void): void {
    this.#whenAwake(() => {
      const status = must(this.process, 'awake').core.inspect();
      answer({ lastEpoch: status.durableEpoch, lastLsn: status.durableLsn });
    });
  }

  #wait(answer: (outcome: Outcome) => void): number {
    const req = this.#nextReq;
    this.#nextReq += 1;
    this.process?.waiting.set(req, answer);
    return req;
  }

  #step(event: Event): void {
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
    const current = (run: () => void) => () => {
      if (this.process === process) this.#whenAwake(run);
    };
    switch (effect.kind) {
      case 'persist':
        return this.disk.persist(effect.ops, (ms) =>
          current(() => this.#step({ kind: 'persisted', token: effect.token, ms }))(),
        );
      case 'apply':
        return this.disk.apply(effect.upTo, (executed) => {
          this.#world.checkers.onApplied(this, effect.upTo, executed);
          current(() => this.#step({ kind: 'applied', upTo: effect.upTo, stateHash: null }))();
        });
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
        return this.#makeSnapshot(process, effect.to);
      case 'install-snapshot':
        return this.#install(process, effect);
      case 'fatal':
        return this.#world.checkers.violation(`${this.name} stops: ${effect.why}`);
      case 'trace':
        return this.#world.checkers.onTrace(this, effect.event);
    }
  }

  #send(process: Process, to: string, message: PeerMessage): void {
    this.#world.checkers.onSend(this, message);
    const from = { id: this.id, boot: process.core.state.boot };
    const target = this.#world.stores.find((store) => store.id === to);
    this.#world.network.send(this.id, to, () => target?.receive(from, message));
  }

  #propose(process: Process, proposal: Extract<Effect, { kind: 'propose' }>['proposal']): void {
    const { nameServer } = this.#world;
    call(this.#world, {
      from: this.id,
      to: 'ns',
      deadlineMs: proposalMs,
      alive: () => nameServer.alive,
      serve: (answer: (value: { ok: boolean; news: ViewNews } | null) => void) =>
        nameServer.propose(proposal, answer),
      done: (result) =>
        this.#onProposalAnswer(process, proposal.expect, result.ok ? result.value : null),
    });
  }

  #onProposalAnswer(
    process: Process,
    expect: number,
    value: { ok: boolean; news: ViewNews } | null,
  ): void {
    if (this.process !== process) return;
    this.#whenAwake(() => {
      if (value !== null) this.#step({ kind: 'news', news: value.news });
      this.#step({ kind: 'proposal-answered', expect, ok: value === null ? null : value.ok });
    });
  }

  #resign(process: Process, effect: { expect: number; to: string | null }): void {
    const { nameServer } = this.#world;
    const { boot } = process.core.state;
    call(this.#world, {
      from: this.id,
      to: 'ns',
      deadlineMs: proposalMs,
      alive: () => nameServer.alive,
      serve: (answer: (value: { ok: boolean; news: ViewNews } | null) => void) =>
        nameServer.resign({ expect: effect.expect, primary: this.id, boot, to: effect.to }, answer),
      done: (result) =>
        this.#onProposalAnswer(process, effect.expect, result.ok ? result.value : null),
    });
  }

  #beat(process: Process): void {
    const { nameServer } = this.#world;
    const status = process.core.inspect();
    const report: BeatStatus = {
      role: status.role,
      viewNumber: status.viewNumber,
      docHash: status.docHash,
      epoch: status.epoch,
      lastEpoch: status.durableEpoch,
      lastLsn: status.durableLsn,
      ackedLsn: status.durableLsn,
      hears: status.hears,
      fsyncAgeMs: 0,
      serving: status.serving,
    };
    call(this.#world, {
      from: this.id,
      to: 'ns',
      deadlineMs: 900,
      alive: () => nameServer.alive,
      serve: (answer: (value: BeatResult | null) => void) =>
        nameServer.beat({ id: this.id, boot: process.core.state.boot, status: report }, answer),
      done: (result) => {
        if (this.process !== process || !result.ok || result.value === null) return;
        const { news, living } = result.value;
        this.#whenAwake(() => {
          const peers = living
            .filter(({ instance }) => instance !== this.id)
            .map(({ instance, boot }) => ({ storeId: instance, boot }));
          this.#step({ kind: 'peers', peers });
          if (news !== null) this.#step({ kind: 'news', news });
        });
      },
    });
  }

  #makeSnapshot(process: Process, to: string): void {
    this.#world.scheduler.after(this.#world.random.between(1, 30), () => {
      if (this.process !== process) return;
      const content = this.disk.snapshot();
      const snapshotId = `${this.id}-${content.base.lsn}`;
      this.#snapshots.set(snapshotId, content);
      const offer = { base: content.base, snapshotId, bytes: 1, sha256: '' };
      this.#whenAwake(() => this.#step({ kind: 'snapshot-made', to, offer }));
    });
  }

  #install(process: Process, effect: { from: string; offer: SnapshotOffer }): void {
    const { from, offer } = effect;
    const source = this.#world.stores.find((store) => store.id === from);
    const failed = (): void => {
      this.#step({ kind: 'snapshot-installed', base: offer.base, ok: false });
    };
    call(this.#world, {
      from: this.id,
      to: from,
      deadlineMs: 2000,
      alive: () => source?.alive ?? false,
      serve: (answer: (value: SimSnapshot | null) => void) =>
        answer(source?.snapshotContent(offer.snapshotId) ?? null),
      done: (result) => {
        if (this.process !== process) return;
        this.#whenAwake(() => {
          if (!result.ok || result.value === null) return failed();
          return this.disk.install(result.value, () => {
            if (this.process !== process) return;
            this.#whenAwake(() =>
              this.#step({ kind: 'snapshot-installed', base: offer.base, ok: true }),
            );
          });
        });
      },
    });
  }

  snapshotContent(snapshotId: string): SimSnapshot | null {
    return this.#snapshots.get(snapshotId) ?? null;
  }

  executedAt(lsn: number): Executed | undefined {
    return this.disk.state.executed[lsn - 1];
  }
}
