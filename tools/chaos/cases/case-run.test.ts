import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { Random } from '../../simulator/random.ts';
import { Equipped } from '../faults/equipped.ts';
import type { Lab } from '../lab.ts';
import { CaseRun } from './case-run.ts';
import type { CaseLoad } from './case-run.ts';

describe('what a case measures', () => {
  const dir = mkdtempSync(join(tmpdir(), 'orderly-case-'));
  const equipped = new Equipped('plain', dir);
  afterAll(() => {
    equipped.remove();
    rmSync(dir, { recursive: true });
  });

  /** A run whose successes come at the given times after its marks' first. */
  const runWith = (ackedAtMs: number[]): CaseRun => {
    const load: CaseLoad = { ackedAtMs, errors: new Map(), unknown: 0, writesAcked: 0, queued: 0 };
    return new CaseRun({
      lab: {} as Lab, equipped, load, random: new Random(1), seconds: 1,
    });
  };

  it('is the time from the fault to the first success, not from the one before', async () => {
    const acked: number[] = [systemClock.nowMs() - 10_000];
    const run = runWith(acked);
    await run.fault('kill', () => {});
    const atMs = run.marks[0]?.atMs ?? 0;
    acked.push(atMs + 700, atMs + 720);
    expect(run.outages(atMs + 1_000)).toMatchObject([{ ms: expect.closeTo(700, 3) as number }]);
  });

  it('is the longest silence when it comes after the first success', async () => {
    const acked: number[] = [];
    const run = runWith(acked);
    await run.fault('kill', () => {});
    const atMs = run.marks[0]?.atMs ?? 0;
    acked.push(atMs + 100, atMs + 5_100);
    expect(run.outages(atMs + 6_000)).toMatchObject([{ ms: expect.closeTo(5_000, 3) as number }]);
  });

  it('is nothing where no success is expected, and null where none came', async () => {
    const run = runWith([]);
    await run.fault('kill all', () => {}, { serves: false });
    await run.mend('start', () => {});
    expect(run.outages(systemClock.nowMs())).toMatchObject([{ mark: { what: 'start' }, ms: null }]);
  });

  it('fails a case when something expected does not hold, and says what', async () => {
    const run = runWith([]);
    run.expect('the sun shines', true);
    run.expect('it rains', false);
    expect(await run.until('pigs fly', async () => false, 60)).toBe(false);
    expect(run.troubles).toEqual(['not so: it rains', 'not within 0.06 s: pigs fly']);
  });
});
