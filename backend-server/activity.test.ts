import { expect, it } from 'vitest';
import type { NodeActivity } from '../shared/contract/activity.ts';
import type { Entry } from '../shared/contract/replica.ts';
import { Activity } from './activity.ts';

const move = {
  kind: 'order.move', step: 'accept', opId: 'op', fingerprint: '', orderId: 'order-7',
  at: '2026-01-02T12:00:00.000Z', note: 'Secret note',
};

/** A log that is executed as it grows, and forgets what is below `base`. */
class GrowingLog {
  readonly entries: Entry[] = [];
  base = 0;

  status(): { appliedLsn: number } {
    return { appliedLsn: this.entries.length };
  }

  entryAt(lsn: number): Entry | null {
    return lsn > this.base ? this.entries[lsn - 1] ?? null : null;
  }

  add(epoch: number, count: number, kind: Entry['kind'] = 'op'): void {
    for (let n = 0; n < count; n += 1) {
      const lsn = this.entries.length + 1;
      const payload = kind === 'op' ? JSON.stringify(move) : '';
      this.entries.push({ lsn, epoch, kind, opId: `op-${lsn}`, payload });
    }
  }
}

const geocoder = { states: () => [{ name: 'postcodes.io', state: 'closed' }] };

/** As an operator gets it. */
const readOf = async (activity: Activity): Promise<NodeActivity> =>
  activity.methods[0]?.run({}, { signal: new AbortController().signal } as never) as never;

it('counts what was made here apart from what was taken from another primary', async () => {
  const log = new GrowingLog();
  log.add(1, 5);
  const activity = new Activity({ replica: log, geocoder });
  log.add(1, 3);
  activity.count();
  activity.leads(9);
  log.add(9, 1, 'barrier');
  log.add(9, 30);
  const { processed, synchronised, operations } = await readOf(activity);
  expect({ processed, synchronised }).toEqual({ processed: 31, synchronised: 3 });
  expect(operations).toHaveLength(20);
  expect(operations[0]).toEqual({
    lsn: 39, epoch: 9, what: 'order.accept', order_id: 'order-7',
    at: '2026-01-02T12:00:00.000Z', as: 'processed',
  });
  expect(JSON.stringify(operations)).not.toContain('Secret');
});

it('takes what came with a snapshot as synchronised, and shows only what the log still has',
  async () => {
    const log = new GrowingLog();
    const activity = new Activity({ replica: log, geocoder });
    log.add(2, 5_000);
    log.base = 4_990;
    const { synchronised, operations } = await readOf(activity);
    expect(synchronised).toBe(5_000);
    expect(operations.map(({ lsn }) => lsn).at(-1)).toBe(4_991);
  });
