import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Register } from '../simulator/model.ts';

/** What the clients of a run did and were told, as the judge reads it. */

/** An order in a page or a final list. */
export interface SeenOrder {
  id: string;
  /** external_ref, in which every order of a run carries its key. */
  key: string | null;
  state: Register;
}

type OpKind = 'place' | 'cancel' | 'get' | 'list';

/** What is known before a request is sent. */
export interface Invocation {
  op: OpKind;
  /** Of the order; '' for a list. */
  key: string;
  /** Idempotency key: the same one again is the same operation. '' for reads. */
  opKey: string;
  /** The order that was asked for, where its id is known. */
  orderId: string | null;
  /** Number of the front end. */
  door: number;
}

/**
 * ok: the answer says what happened; fail: certainly without effect; info: unknown (a time-out, a
 * lost connection, an error that is not definite, or queued: then `submission` says where).
 */
export interface Completion {
  type: 'ok' | 'fail' | 'info';
  /** Code word of the error, '' without one. */
  code: string;
  answered: SeenOrder | null;
  /** Of a cancel: its own note is in the order, so that it was this one that cancelled. */
  won: boolean;
  page: SeenOrder[] | null;
  submission: string | null;
}

export interface OpRecord extends Invocation {
  n: number;
  process: number;
  startMs: number;
  /** null while no answer came. */
  done: (Completion & { endMs: number }) | null;
}

/** The whole list as one front end gave it after everything was healed. */
export interface FinalList {
  door: number;
  startMs: number;
  endMs: number;
  orders: SeenOrder[];
  /** Everything about each order as text, by id: all front ends must say the same. */
  bodies: Map<string, string>;
}

/** What became of an operation that was answered with "queued". */
export interface QueuedEnd {
  key: string;
  /** placed, rejected, expired, withdrawn; anything else: it never came to an end. */
  status: string;
  orderId: string | null;
}

export interface History {
  ops: readonly OpRecord[];
  finals: readonly FinalList[];
  queued: readonly QueuedEnd[];
}

/**
 * Writes the history: one process, one monotonic clock; the line of an invocation is handed to
 * the system before its request is. Lines are JSON: {at_ms, process, type, op, ...}.
 */
export class Recorder {
  readonly ops: OpRecord[] = [];
  readonly #file: WriteStream;
  readonly #startedMs = systemClock.nowMs();

  constructor(file: string) {
    this.#file = createWriteStream(file, { flags: 'a', mode: 0o600 });
  }

  /** Milliseconds since the run began. */
  nowMs(): number {
    return systemClock.nowMs() - this.#startedMs;
  }

  invoke(process: number, what: Invocation): OpRecord {
    const op: OpRecord = {
      ...what, n: this.ops.length, process, startMs: this.nowMs(), done: null,
    };
    this.ops.push(op);
    this.line({ process, type: 'invoke', n: op.n, ...what });
    return op;
  }

  complete(op: OpRecord, completion: Completion): void {
    const { page, ...rest } = completion;
    op.done = { ...completion, endMs: this.nowMs() };
    this.line({
      process: op.process, n: op.n, op: op.op, key: op.key, ...rest,
      ...(page !== null && { page: page.map(({ id, state }) => `${id} ${state}`) }),
    });
  }

  /** A fault, or anything else that is good to know when a history is read. */
  note(facts: Record<string, unknown>): void {
    this.line({ process: 'nemesis', type: 'info', ...facts });
  }

  line(facts: Record<string, unknown>): void {
    this.#file.write(`${JSON.stringify({ at_ms: Number(this.nowMs().toFixed(2)), ...facts })}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => { this.#file.end(() => resolve()); });
  }
}
