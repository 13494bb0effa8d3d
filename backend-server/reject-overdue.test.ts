import { expect, it } from 'vitest';
import { silentLogger } from '../shared/runtime/logger.ts';
import { rejectOverdue } from './reject-overdue.ts';

const since = '2025-06-15T18:00:00.000Z';

/** Whether one is rejected at `now` whose time was up at `acceptBy`. */
async function rejected(acceptBy: string, now: string): Promise<boolean> {
  const ops: string[] = [];
  await rejectOverdue({
    since, logger: silentLogger,
    storage: { dueOrders: async (at) => (acceptBy > at ? [] : [{ id: 'o', accept_by: acceptBy }]) },
    service: {
      now: () => now,
      async submitOwn(opId) {
        ops.push(opId);
        return { opId, fingerprint: '', lsn: 1, result: { ok: true, order: null } };
      },
    },
  });
  return ops.length === 1;
}

const at = (seconds: number): string => new Date(Date.parse(since) + seconds * 1_000).toISOString();

it('an order that falls due while a primary serves is rejected then', async () => {
  expect(await rejected(at(5), at(4))).toBe(false);
  expect(await rejected(at(5), at(5))).toBe(true);
  expect(await rejected(at(0), at(0))).toBe(true);
});

it('one that fell due while none served has as long again, two minutes at most', async () => {
  expect(await rejected(at(-30), at(0))).toBe(false);
  expect(await rejected(at(-30), at(29))).toBe(false);
  expect(await rejected(at(-30), at(30))).toBe(true);
  expect(await rejected(at(-3_600), at(119))).toBe(false);
  expect(await rejected(at(-3_600), at(120))).toBe(true);
});
