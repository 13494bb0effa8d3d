import { describe, expect, it } from 'vitest';
import { failure } from './dialect.ts';
import { settle, wantsAnother } from './settle.ts';
import type { Heard, Outcome } from './settle.ts';

const durham = { lat: 54.776, lng: -1.578 };
const found: Outcome = { kind: 'found', position: durham };
const nowhere: Outcome = { kind: 'no_position' };
const ended: Outcome = { kind: 'terminated', on: '2014-03' };
const unknown: Outcome = { kind: 'not_found' };
const failed: Outcome = failure('timeout');
const skipped: Outcome = { kind: 'skipped', error: 'breaker_open' };

const heard = (rank: number, outcome: Outcome, authoritativeNotFound = true): Heard =>
  ({ rank, provider: `service ${rank}`, authoritativeNotFound, outcome });

const both = (first: Outcome, second: Outcome) => settle([heard(0, first), heard(1, second)]);

describe('settle', () => {
  const disputed = true;
  it.each([
    { first: unknown, second: unknown, status: 'not_found', rank: 0 },
    { first: unknown, second: found, status: 'resolved', rank: 1, disputed },
    { first: unknown, second: nowhere, status: 'no_position', rank: 1, disputed },
    { first: unknown, second: ended, status: 'terminated', rank: 1 },
    { first: unknown, second: failed, status: 'not_found', rank: 0 },
    { first: unknown, second: skipped, status: 'not_found', rank: 0 },
    { first: failed, second: found, status: 'resolved', rank: 1 },
    { first: failed, second: ended, status: 'terminated', rank: 1 },
    { first: failed, second: unknown, status: 'not_found', rank: 1 },
    { first: failed, second: nowhere, status: 'no_position', rank: 1 },
    { first: nowhere, second: found, status: 'resolved', rank: 1 },
    { first: nowhere, second: nowhere, status: 'no_position', rank: 0 },
    { first: nowhere, second: failed, status: 'no_position', rank: 0 },
    { first: nowhere, second: ended, status: 'no_position', rank: 0, disputed },
    { first: nowhere, second: unknown, status: 'no_position', rank: 0, disputed },
  ])('$first.kind + $second.kind: $status', ({ first, second, ...expected }) => {
    const settlement = both(first, second);
    expect(settlement.status).toBe(expected.status);
    expect(settlement.disputed).toBe(expected.disputed ?? false);
    expect(settlement.by?.rank).toBe(expected.rank);
    expect(settlement.position).toEqual(expected.status === 'resolved' ? durham : null);
    expect(settlement.terminatedOn).toBe(expected.status === 'terminated' ? '2014-03' : null);
  });

  it.each([[[]], [[failed]], [[failed, failed]], [[skipped, failed]], [[skipped, skipped]]])(
    'leaves a postcode unverified when nobody answered (%#)', (outcomes: Outcome[]) => {
      const settlement = settle(outcomes.map((outcome, rank) => heard(rank, outcome)));
      expect(settlement).toMatchObject({ status: 'unverified', by: null, position: null });
    },
  );

  it('does not refuse on the word of a service whose "not found" proves nothing', () => {
    expect(settle([heard(0, failed), heard(1, unknown, false)]).status).toBe('unverified');
    expect(settle([heard(0, unknown, false), heard(1, unknown)]).status).toBe('not_found');
  });

  it('keeps the primary position and disputes it beyond a kilometre', () => {
    const near: Outcome = { kind: 'found', position: { lat: 54.78, lng: -1.578 } };
    const far: Outcome = { kind: 'found', position: { lat: 54.79, lng: -1.578 } };
    expect(both(found, near)).toMatchObject({ position: durham, disputed: false });
    expect(both(found, far)).toMatchObject({ position: durham, disputed: true });
  });

  it('is complete only when every service was heard', () => {
    expect(both(nowhere, nowhere).complete).toBe(true);
    expect(both(nowhere, failed).complete).toBe(false);
    expect(both(unknown, skipped).complete).toBe(false);
  });
});

describe('wantsAnother', () => {
  it('asks on after anything but a position or an end', () => {
    const outcomes = [found, ended, nowhere, unknown, failed, skipped];
    expect(outcomes.map(wantsAnother)).toEqual([false, false, true, true, true, true]);
  });
});
