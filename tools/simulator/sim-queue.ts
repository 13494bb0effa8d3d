import type {
  AttemptAnswer,
  Moment,
  QueueEffect,
  QueueEvent,
  QueueLimits,
  QueueRow,
  QueueWrite,
  RefusedWhy,
} from '../../frontend-server/queue/queue-events.ts';
import { QueueRules } from '../../frontend-server/queue/queue-rules.ts';
import { must } from '../../shared/runtime/assert.ts';
import type { Random } from './random.ts';
import type { Carried, SimForwarder } from './sim-forwarder.ts';
import type { SimOp, WriteAnswer } from './sim-service.ts';
import type { World } from './world.ts';

const limits: QueueLimits = {
  rowsMax: 40,
  bytesMax: 1_000_000,
  keptMs: 7 * 24 * 3_600_000,
  keptMax: 10_000,
  inFlightMax: 8,
  ratePerS: 200,
  pauseMsFirst: 50,
  pauseMsMax: 1000,
  sweepMs: 100,
};

const tickMs = 50;
/** Of attempts at an order: the back end does not take this copy, for reasons of its own. */
const refusedShare = 0.03;

/** The rows that a front end has on disk: they outlive its processes. */
export class QueueDisk {
  readonly rows = new Map<string, QueueRow>();
  /** The next write fails: certainly not on disk, or nobody can tell. */
  failNext: 'certain' | 'uncertain' | null = null;

  perform(write: QueueWrite): void {
    if (write.kind === 'insert') {
      this.rows.set(write.row.id, { ...write.row });
    } else if (write.kind === 'forget') {
      this.rows.delete(write.id);
    } else {
      const row = must(this.rows.get(write.id), 'only rows that exist are changed');
      if (write.kind === 'withdrawn') row.withdrawn = true;
      else row.end = write.end;
    }
  }
}

export interface QueueParts {
  world: World;
  random: Random;
  disk: QueueDisk;
  forwarder: SimForwarder;
  name: string;
  wallMs: () => number;
  current: () => boolean;
  /** Nobody can tell what is on disk: only a new process finds out. */
  onBroken: () => void;
}

export type Offered = { kind: 'accepted'; id: string } | { kind: 'refused'; why: RefusedWhy };

/** The production rules of the pending queue with a simulated disk and a simulated forwarder. */
export class SimQueue {
  readonly rules: QueueRules;
  readonly #parts: QueueParts;
  readonly #waiting = new Map<number, (offered: Offered) => void>();
  readonly #ops = new Map<string, SimOp>();
  readonly #writes: { token: number; write: QueueWrite }[] = [];
  #writing: QueueWrite | null = null;
  #req = 0;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    const rows = [...parts.disk.rows.values()].map((row) => ({ ...row }));
    for (const row of rows) this.#remember(row);
    this.rules = new QueueRules(rows, limits);
    this.#tick();
  }

  /** The request lies beside the row; here it is in the row's id. */
  #remember({ id, opKey }: Pick<QueueRow, 'id' | 'opKey'>): void {
    const [, key = ''] = id.split('/');
    this.#ops.set(id, { opId: opKey, key, action: 'place' });
  }

  offer(op: SimOp, client: string, answer: (offered: Offered) => void): void {
    const { name, random } = this.#parts;
    const id = `${name}/${op.key}/${op.opId}`;
    this.#remember({ id, opKey: op.opId });
    const queuedAtMs = this.#parts.wallMs();
    const offer = {
      id,
      opKey: op.opId,
      lane: client,
      fingerprint: op.key,
      bytes: 100,
      queuedAtMs,
      expiresAtMs: queuedAtMs + random.between(500, 20_000),
    };
    this.#step({ kind: 'offered', req: this.#wait(answer), offer });
  }

  withdraw(id: string, answer: (offered: Offered) => void): void {
    this.#step({ kind: 'withdraw', req: this.#wait(answer), id });
  }

  primaryServes(): void {
    if (this.rules.troubled) this.#step({ kind: 'primary-serves' });
  }

  /** The process is killed: the write under way is on disk by coin. */
  crash(): void {
    const { disk, random } = this.#parts;
    if (this.#writing !== null && random.chance(0.5)) disk.perform(this.#writing);
  }

  #wait(answer: (offered: Offered) => void): number {
    this.#req += 1;
    this.#waiting.set(this.#req, answer);
    return this.#req;
  }

  #tick(): void {
    this.#parts.world.scheduler.after(tickMs, () => {
      if (!this.#parts.current()) return;
      this.#step({ kind: 'tick' });
      this.#tick();
    });
  }

  get #moment(): Moment {
    const { world, wallMs, random } = this.#parts;
    return { nowMs: world.scheduler.nowMs, wallMs: wallMs(), chance: random.next() };
  }

  #step(event: QueueEvent): void {
    for (const effect of this.rules.step(event, this.#moment)) this.#perform(effect);
  }

  #perform(effect: QueueEffect): void {
    switch (effect.kind) {
      case 'write':
        this.#writes.push({ token: effect.token, write: effect.write });
        return this.#writeNext();
      case 'accepted':
      case 'noted': {
        const { checkers } = this.#parts.world;
        const row = this.#parts.disk.rows.get(effect.id);
        if (row === undefined) checkers.violation(`I12: ${effect.id} is told and not on disk`);
        return this.#answer(effect.req, { kind: 'accepted', id: effect.id });
      }
      case 'refused':
        return this.#answer(effect.req, { kind: 'refused', why: effect.why });
      case 'place':
        return this.#place(effect.id, effect.attempt);
      case 'close':
        return this.#close(effect);
      case 'ended':
        return undefined;
    }
  }

  #answer(req: number, offered: Offered): void {
    this.#waiting.get(req)?.(offered);
    this.#waiting.delete(req);
  }

  #opOf(id: string): SimOp {
    return must(this.#ops.get(id), 'the request is kept with its row');
  }

  #place(id: string, attempt: number): void {
    const { random, forwarder, world } = this.#parts;
    if (random.chance(refusedShare)) {
      const refusal = { code: 'postcode_rejected' as const, detail: '', data: {} };
      world.scheduler.after(random.between(1, 20), () =>
        this.#answered({ id, attempt }, { kind: 'refused', refusal }),
      );
      return;
    }
    forwarder.submit(this.#opOf(id), (carried) => {
      this.#answered({ id, attempt }, answerOf(carried, { as: 'withdrawn' }));
    });
  }

  #close({ id, attempt, ending }: Extract<QueueEffect, { kind: 'close' }>): void {
    const op: SimOp = { ...this.#opOf(id), action: 'close' };
    this.#parts.forwarder.submit(op, (carried) =>
      this.#answered({ id, attempt }, answerOf(carried, ending)),
    );
  }

  #answered(what: { id: string; attempt: number }, answer: AttemptAnswer): void {
    if (this.#parts.current()) this.#step({ kind: 'answered', ...what, answer });
  }

  /** One write at a time, in order. */
  #writeNext(): void {
    const next = this.#writing === null ? this.#writes.shift() : undefined;
    if (next === undefined) return;
    this.#writing = next.write;
    const { world, random, disk } = this.#parts;
    world.scheduler.after(random.between(0.3, 5), () => {
      if (!this.#parts.current()) return;
      this.#writing = null;
      const { failNext } = disk;
      disk.failNext = null;
      if (failNext === null) {
        disk.perform(next.write);
        this.#step({ kind: 'stored', token: next.token });
      } else {
        const certain = failNext === 'certain';
        if (!certain && random.chance(0.5)) disk.perform(next.write);
        this.#step({ kind: 'store-failed', token: next.token, certain });
        if (!certain) this.#parts.onBroken();
      }
      this.#writeNext();
    });
  }
}

type Closing = Extract<QueueEffect, { kind: 'close' }>['ending'];

const answerOf = (carried: Carried<WriteAnswer>, ending: Closing): AttemptAnswer => {
  if (carried.kind === 'failed') return { kind: 'busy' };
  if (carried.kind === 'unknown') return { kind: 'unknown' };
  const { result } = carried.value;
  if (result === 'placed') return { kind: 'ended', outcome: { as: 'placed', orderId: '' } };
  if (result === 'closed') return { kind: 'ended', outcome: ending };
  const refusal = { code: 'invalid_params' as const, detail: result, data: {} };
  return { kind: 'ended', outcome: { as: 'rejected', refusal } };
};
