import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { View } from '../../shared/contract/view.ts';
import type { Effect, StorageOp } from './events.ts';
import { type Recipe, anyRecipe, anyViews } from './testing/any-history.ts';
import { answers, effectsOf, sentOf, someEntries, Stepper } from './testing/stepper.ts';

interface Run {
  views: View[];
  recipes: { recipe: Recipe; work: number }[];
  held: number;
  executed: number;
}

const anyRun: fc.Arbitrary<Run> = fc.record({
  views: anyViews,
  /** How many finished jobs of the disk and the state machine are reported after each event. */
  recipes: fc.array(fc.record({ recipe: anyRecipe, work: fc.nat(3) }), { maxLength: 60 }),
  held: fc.nat(6),
  executed: fc.nat(6),
});

/** What is on disk and what is promised there, as the storage reports it. */
class ModelDisk {
  readonly waiting: StorageOp[][] = [];
  lastLsn: number;
  epochSeen = 0;

  constructor(lastLsn: number) {
    this.lastLsn = lastLsn;
  }

  /** The oldest unit is written. */
  flush(): void {
    for (const op of this.waiting.shift() ?? []) {
      if (op.op === 'hard-state') this.epochSeen = op.epochSeen;
      if (op.op === 'cut') this.lastLsn = op.from - 1;
      if (op.op === 'append') this.lastLsn += op.entries.length;
    }
  }
}

class Ride {
  readonly core: Stepper;
  readonly all: Effect[] = [];
  readonly #disk: ModelDisk;
  readonly #run: Run;
  #applies = 0;

  constructor(run: Run) {
    const entries = someEntries(1, run.held, 0);
    const appliedLsn = Math.min(run.executed, run.held);
    this.#run = run;
    this.core = new Stepper({ entries, appliedLsn,
      config: { compactEntries: 6, compactKeepEntries: 2, windowEntries: 4, batchEntriesMax: 2 } });
    this.#disk = new ModelDisk(run.held);
  }

  go(): Effect[] {
    for (const { recipe, work } of this.#run.recipes) {
      const before = this.core.status;
      this.#take(this.core.step(recipe(this.core, this.#run.views)));
      for (let n = 0; n < work; n += 1) this.#work();
      this.#check(before);
    }
    return this.all;
  }

  /** One report: the disk's first, then the state machine's, then an installed snapshot. */
  #work(): void {
    if (this.#disk.waiting.length > 0) {
      this.#disk.flush();
      this.#take(this.core.persisted());
    } else if (this.#applies > 0) {
      this.#applies -= 1;
      this.#take(this.core.applied());
    } else if (this.core.core.state.installing !== null) {
      const { base } = this.core.core.state.installing;
      this.#disk.lastLsn = base.lsn;
      this.#take(this.core.step({ kind: 'snapshot-installed', base, ok: true }));
    }
  }

  #take(effects: Effect[]): void {
    this.all.push(...effects);
    for (const effect of effects) {
      if (effect.kind === 'persist') this.#disk.waiting.push(effect.ops);
      if (effect.kind === 'apply') this.#applies += 1;
    }
    const acks = sentOf(effects, 'ack');
    for (const { ok, matchLsn } of acks) if (ok) {
      expect(matchLsn, 'acknowledged and on disk').toBeLessThanOrEqual(this.#disk.lastLsn);
    }
    for (const { epoch } of [...acks, ...sentOf(effects, 'append')]) {
      expect(epoch, 'said and promised on disk').toBeLessThanOrEqual(this.#disk.epochSeen);
    }
  }

  #check(before: Stepper['status']): void {
    const { status } = this.core;
    const { appliedLsn, commitLsn, lastLsn, durableLsn, base, epoch, viewNumber } = status;
    const order = [base.lsn, appliedLsn, commitLsn, lastLsn];
    expect(order).toEqual(order.toSorted((x, y) => x - y));
    expect(durableLsn).toBeLessThanOrEqual(lastLsn);
    expect(commitLsn).toBeGreaterThanOrEqual(before.commitLsn);
    expect(epoch).toBeGreaterThanOrEqual(before.epoch);
    expect(viewNumber).toBeGreaterThanOrEqual(before.viewNumber);
  }
}

describe('any sequence of events', () => {
  it('keeps the order of the positions, promises only what is on disk and never throws', () => {
    fc.assert(fc.property(anyRun, (run) => {
      const effects = new Ride(run).go();
      expect(effectsOf(effects, 'fatal').length).toBeLessThanOrEqual(1);
    }), { numRuns: 1000 });
  });

  it('gives the same effects when it happens again', () => {
    fc.assert(fc.property(anyRun, (run) => {
      expect(new Ride(run).go()).toEqual(new Ride(run).go());
    }), { numRuns: 200 });
  });

  it('answers no request twice and nothing after the end', () => {
    fc.assert(fc.property(anyRun, (run) => {
      const effects = new Ride(run).go();
      const answered = answers(effects).map(([req]) => req);
      expect(new Set(answered).size).toBe(answered.length);
      const end = effects.findIndex(({ kind }) => kind === 'fatal');
      if (end >= 0) expect(effects.slice(end + 1)).toEqual([]);
    }), { numRuns: 200 });
  });
});
