import { must } from '../../shared/runtime/assert.ts';
import type { HistoryOp } from './history.ts';
import type { SimResult } from './model.ts';
import type { Random } from './random.ts';
import type { ReadReply, SimFrontend, SubmissionReply, WriteReply } from './sim-frontend.ts';
import type { SimOp } from './sim-service.ts';
import { type RpcResult, call } from './call.ts';
import type { World } from './world.ts';

/** A register ends as cancelled and changes no more: new ones come into use all the time. */
const freshKeysMs = 400;
const pollMs = 300;
const withdrawShare = 0.15;

export interface ClientOptions {
  keys: number;
  /** After so long without an answer the client asks another front end. */
  clientMs: number;
  /** After so long it gives up. */
  patienceMs: number;
}

interface Write {
  op: SimOp;
  history: HistoryOp;
  untilMs: number;
  /** Some front end may have carried it out. */
  mayHaveRun: boolean;
}

/** A client: talks to one front end, changes to another on a time-out, records what it saw. */
export class SimClient {
  readonly name: string;
  readonly history: HistoryOp[] = [];
  /** Of its writes that were answered: what was said. */
  readonly told = new Map<string, SimResult>();
  open = 0;
  /** Submissions that were accepted and have not ended. */
  pending = 0;
  acknowledged = 0;
  stopped = false;
  readonly #world: World;
  readonly #random: Random;
  readonly #options: ClientOptions;
  /** Some only read: a writer notices at its first write that its primary is cut off. */
  readonly #writeShare: number;
  #frontend = 0;
  #count = 0;

  constructor(name: string, world: World, options: ClientOptions) {
    this.name = name;
    this.#world = world;
    this.#random = world.random.fork(name);
    this.#options = options;
    this.#writeShare = this.#random.pick([0, 0.3, 0.7, 0.7]) ?? 0.7;
    this.#frontend = Number(name.slice(1));
  }

  start(): void {
    this.#pauseThen(() => this.#next());
    if (this.#random.chance(0.8)) this.#glance(this.#frontend + 1);
  }

  /** Reads beside the writes, from a front end of its own: it would notice a deposed primary. */
  #glance(at: number): void {
    const { frontends, scheduler } = this.#world;
    scheduler.after(this.#random.between(20, 250), () => {
      if (this.stopped) return;
      const frontend = must(frontends[at % frontends.length], 'there are front ends');
      const key = `k${Math.floor(this.#nowMs / freshKeysMs)}-1`;
      this.#read([key], { stale: false, frontend }, (ok) =>
        this.#glance(ok || this.#random.chance(0.7) ? at : at + 1),
      );
    });
  }

  get #nowMs(): number {
    return this.#world.scheduler.nowMs;
  }

  get #chosen(): SimFrontend {
    const { frontends } = this.#world;
    return must(frontends[this.#frontend % frontends.length], 'there are front ends');
  }

  #pauseThen(run: () => void): void {
    this.#world.scheduler.after(this.#random.between(1, 60), run);
  }

  #next(): void {
    if (this.stopped) return;
    const random = this.#random;
    this.#count += 1;
    const epoch = Math.floor(this.#nowMs / freshKeysMs);
    const key = `k${epoch}-${random.int(1, this.#options.keys)}`;
    const what = random.next();
    const write = random.chance(this.#writeShare);
    if (write) this.#write(key, what < 0.7 ? 'place' : 'cancel');
    else {
      const keys = what < 0.3 ? this.#allKeys(epoch) : [key];
      this.#read(keys, { stale: what < 0.15, frontend: this.#chosen }, (ok) => {
        if (!ok) this.#frontend += 1;
        this.#pauseThen(() => this.#next());
      });
    }
  }

  #allKeys(epoch: number): string[] {
    return Array.from({ length: this.#options.keys }, (_, i) => `k${epoch}-${i + 1}`);
  }

  #record(key: string, action: HistoryOp['action']): HistoryOp {
    const endMs = Number.POSITIVE_INFINITY;
    const op: HistoryOp = { key, action, startMs: this.#nowMs, endMs, result: null };
    this.history.push(op);
    return op;
  }

  #write(key: string, action: 'place' | 'cancel'): void {
    const op: SimOp = { opId: `${this.name}-${this.#count}`, key, action };
    this.open += 1;
    this.#attempt({
      op,
      history: this.#record(key, action),
      untilMs: this.#nowMs + this.#options.patienceMs,
      mayHaveRun: false,
    });
  }

  #attempt(write: Write): void {
    if (this.#nowMs > write.untilMs) return this.#giveUp(write);
    const frontend = this.#chosen;
    return call(this.#world, {
      from: this.name,
      to: frontend,
      deadlineMs: this.#options.clientMs,
      lateMsMax: 900,
      serve: (answer: (reply: WriteReply) => void) => frontend.submit(write.op, this.name, answer),
      done: (result) => this.#onReply(write, frontend, result),
    });
  }

  #onReply(write: Write, frontend: SimFrontend, result: RpcResult<WriteReply>): void {
    if (!result.ok) {
      write.mayHaveRun ||= result.why !== 'refused';
      this.#frontend += 1;
      return this.#pauseThen(() => this.#attempt(write));
    }
    const reply = result.value;
    if (reply.kind === 'done') {
      this.open -= 1;
      this.#decided(write, reply.result);
      return this.#pauseThen(() => this.#next());
    }
    if (reply.kind === 'pending') return this.#onPending(write, frontend, reply.id);
    write.mayHaveRun ||= reply.kind === 'unknown';
    return this.#pauseThen(() => this.#attempt(write));
  }

  #decided(write: Write, result: SimResult): void {
    this.acknowledged += 1;
    this.told.set(write.op.opId, result);
    // Closed: no copy of it is ever placed.
    if (result === 'closed') return this.#strike(write.history);
    write.history.result = result;
    write.history.endMs = this.#nowMs;
    return undefined;
  }

  /** It had no effect and leaves no trace in the history. */
  #strike(op: HistoryOp): void {
    this.history.splice(this.history.indexOf(op), 1);
  }

  #giveUp(write: Write): void {
    this.open -= 1;
    if (!write.mayHaveRun) this.#strike(write.history);
    this.#pauseThen(() => this.#next());
  }

  /** Accepted, not placed yet: it will end, and this client wants to hear how. */
  #onPending(write: Write, frontend: SimFrontend, id: string): void {
    this.open -= 1;
    this.pending += 1;
    this.#world.checkers.onAccepted(write.op.opId);
    if (this.#random.chance(withdrawShare)) this.#withdraw(frontend, id);
    this.#poll(write, frontend, id);
    this.#pauseThen(() => this.#next());
  }

  #withdraw(frontend: SimFrontend, id: string): void {
    call(this.#world, {
      from: this.name,
      to: frontend,
      deadlineMs: this.#options.clientMs,
      serve: (answer: (value: unknown) => void) => frontend.withdraw(id, answer),
      done: () => {},
    });
  }

  #poll(write: Write, frontend: SimFrontend, id: string): void {
    const later = (): void =>
      this.#world.scheduler.after(pollMs, () => this.#poll(write, frontend, id));
    call(this.#world, {
      from: this.name,
      to: frontend,
      deadlineMs: this.#options.clientMs,
      serve: (answer: (reply: SubmissionReply) => void) => frontend.submission(id, answer),
      done: (result) => {
        if (!result.ok || result.value.kind === 'waiting') return later();
        if (result.value.kind === 'gone') {
          return this.#world.checkers.violation(`I12: ${id} was accepted and is gone`);
        }
        this.pending -= 1;
        const { as } = (result.value as Extract<SubmissionReply, { kind: 'ended' }>).outcome;
        return this.#onEnded(write, as);
      },
    });
  }

  /** A rejected order may be one that found its key taken, or one that was closed. */
  #onEnded(write: Write, as: 'placed' | 'rejected' | 'expired' | 'withdrawn'): void {
    const result = this.#world.checkers.onEnded(write.op.opId, as);
    this.#decided(write, result);
  }

  #read(
    keys: string[],
    how: { stale: boolean; frontend: SimFrontend },
    then: (ok: boolean) => void,
  ): void {
    this.open += 1;
    const startMs = this.#nowMs;
    const { frontend, stale } = how;
    call(this.#world, {
      from: this.name,
      to: frontend,
      deadlineMs: this.#options.clientMs,
      serve: (answer: (reply: ReadReply) => void) =>
        stale ? frontend.readStale(keys, answer) : frontend.read(keys, answer),
      done: (result) => {
        this.open -= 1;
        if (result.ok && !stale) this.#note(keys, startMs, result.value);
        then(result.ok);
      },
    });
  }

  /** A list is a read of each of its keys at one instant (the checkers see to the instant). */
  #note(keys: readonly string[], startMs: number, reply: ReadReply): void {
    if (reply.kind !== 'done') return;
    this.acknowledged += 1;
    keys.forEach((key, i) => {
      const result = must(reply.answer.registers[i], 'one register per key');
      this.history.push({ key, action: 'get', startMs, endMs: this.#nowMs, result });
    });
  }

  /** A read of every key at the end; it must succeed once everything is healed. */
  readAll(keys: string[], done: () => void): void {
    const startMs = this.#nowMs;
    const frontend = this.#chosen;
    call(this.#world, {
      from: this.name,
      to: frontend,
      deadlineMs: 6000,
      serve: (answer: (reply: ReadReply) => void) => frontend.read(keys, answer),
      done: (result) => {
        if (!result.ok || result.value.kind !== 'done') return this.readAll(keys, done);
        this.#note(keys, startMs, result.value);
        return done();
      },
    });
  }
}
