import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Submission } from '../../shared/contract/submission.ts';
import type { EndedSubmission } from './result-page.ts';
import { readCursor, resultPage } from './result-page.ts';

const named = (id: string): Submission => ({
  id, status: 'withdrawn', idempotency_key: '', queued_at: '', expires_at: '', position: null,
  ending: null, ended_at: null, order_id: null, error: null,
});

/** Times are those of a clock that may jump; some belong to somebody else. */
const listOf = (name: string) => fc.array(fc.record({ atMs: fc.nat(20), own: fc.boolean() }), {
  maxLength: 12,
}).map((rows) => rows.map(({ atMs, own }, n): EndedSubmission => ({
  seq: n * 2 + 1, atMs, submission: own ? named(`${name}${n}`) : null,
})));

describe('the pages of results', () => {
  it('show each list whole and in its order, whatever their clocks say', () => {
    fc.assert(fc.property(
      listOf('order'), listOf('call'), fc.integer({ min: 1, max: 5 }), (orders, calls, limit) => {
        const seen: string[] = [];
        let cursor: string | null = '0';
        for (let pages = 0; cursor !== null && pages < 100; pages += 1) {
          const from = readCursor(cursor);
          const page: ReturnType<typeof resultPage> = resultPage({
            orders: orders.filter(({ seq }) => seq > from.orders).slice(0, limit + 1),
            calls: calls.filter(({ seq }) => seq > from.calls).slice(0, limit + 1),
          }, from, limit);
          seen.push(...page.data.map(({ id }) => id));
          cursor = page.next;
        }
        const own = (list: EndedSubmission[]): string[] =>
          list.flatMap(({ submission }) => (submission === null ? [] : [submission.id]));
        expect(cursor).toBeNull();
        expect(seen.filter((id) => id.startsWith('order'))).toEqual(own(orders));
        expect(seen.filter((id) => id.startsWith('call'))).toEqual(own(calls));
      },
    ));
  });

  it('have plain cursors while there are no calls', () => {
    const orders = [1, 2, 3].map((seq) => ({ seq, atMs: seq, submission: named(`${seq}`) }));
    expect(resultPage({ orders, calls: [] }, readCursor('0'), 2).next).toBe('2');
    const calls = [{ seq: 7, atMs: 1, submission: named('call') }];
    expect(resultPage({ orders, calls }, readCursor('0'), 2).next).toBe('1.7');
    expect(readCursor('1.7')).toEqual({ orders: 1, calls: 7 });
  });
});
