import { describe, expect, it } from 'vitest';
import type { FinalList, History, OpRecord, SeenOrder } from './history-record.ts';
import { testJudge } from './falsify.ts';
import { judgeHistory } from './judge.ts';

const order = (n: number, state: SeenOrder['state'] = 'placed'): SeenOrder =>
  ({ id: `id-${n}`, key: `key-${n}`, state });

/** Operations come one after the other, 10 ms each, unless told otherwise. */
class Story {
  readonly ops: OpRecord[] = [];

  op(what: Partial<OpRecord> & Pick<OpRecord, 'op'>, done: Partial<OpRecord['done']> = {}): this {
    const n = this.ops.length;
    const startMs = what.startMs ?? n * 20;
    this.ops.push({
      n, process: 0, key: '', opKey: '', orderId: null, door: 0, startMs, ...what,
      done: {
        type: 'ok', code: '', answered: null, won: false, page: null, submission: null,
        endMs: startMs + 10, ...done,
      },
    });
    return this;
  }

  place(n: number, done: Partial<OpRecord['done']> = { answered: order(n) }): this {
    return this.op({ op: 'place', key: `key-${n}`, opKey: `key-${n}` }, done);
  }

  get(n: number, state: SeenOrder['state'], startMs?: number): this {
    return this.op({
      op: 'get', key: `key-${n}`, orderId: `id-${n}`, ...(startMs !== undefined && { startMs }),
    }, { answered: order(n, state) });
  }

  cancel(n: number, opKey: string, won: boolean): this {
    return this.op({ op: 'cancel', key: `key-${n}`, opKey, orderId: `id-${n}` },
      { answered: order(n, 'cancelled'), won });
  }

  list(page: SeenOrder[], startMs?: number): this {
    return this.op({ op: 'list', ...(startMs !== undefined && { startMs }) }, { page });
  }

  /** With the final list of one front end, newest first. */
  ending(orders: SeenOrder[], queued: History['queued'] = []): History {
    const final: FinalList = {
      door: 0, startMs: 100_000, endMs: 100_100, orders,
      bodies: new Map(orders.map((one) => [one.id, JSON.stringify(one)])),
    };
    return { ops: this.ops, queued, finals: [final, { ...final, door: 1 }] };
  }
}

const honest = (): Story => new Story()
  .place(1).place(2).get(1, 'placed').list([order(2), order(1)])
  .cancel(1, 'cancel-1', true).cancel(1, 'cancel-2', false).get(1, 'cancelled')
  .place(3, { type: 'info', code: 'outcome_unknown' })
  .place(4, { type: 'fail', code: 'overloaded' })
  .place(2);
const honestEnd = [order(3), order(2), order(1, 'cancelled')];

describe('the judge', () => {
  it('has nothing against a true history, whatever became of the unknown operation', () => {
    expect(judgeHistory(honest().ending(honestEnd))).toEqual([]);
    expect(judgeHistory(honest().ending(honestEnd.slice(1)))).toEqual([]);
  });

  it('sees each lie told into a true history', () => {
    const lies = testJudge(honest().ending(honestEnd));
    expect(lies).toHaveLength(3);
    expect(lies.filter(({ found }) => found.length === 0)).toEqual([]);
  });

  it('misses an acknowledged order in a final list', () => {
    const [, ...rest] = judgeHistory(new Story().place(1).place(2).ending([order(2)]));
    expect(rest.join()).toContain('durability: key-1');
  });

  it('refuses two orders for one key', () => {
    const story = new Story().place(1).place(1, { answered: { ...order(1), id: 'id-9' } });
    expect(judgeHistory(story.ending([order(1)])).join()).toContain('at most once: key-1');
  });

  it('refuses an order that was refused for certain', () => {
    const story = new Story().place(1, { type: 'fail', code: 'overloaded' });
    expect(judgeHistory(story.ending([order(1)])).join()).toContain('definite: key-1');
  });

  it('refuses a read that is older than what was acknowledged before it began', () => {
    const story = new Story().place(1).cancel(1, 'cancel-1', true);
    const before = [...story.ops];
    story.get(1, 'placed');
    expect(judgeHistory(story.ending([order(1, 'cancelled')])).join()).toContain('linearizable');
    const meanwhile = new Story();
    meanwhile.ops.push(...before);
    meanwhile.get(1, 'placed', 20);
    expect(judgeHistory(meanwhile.ending([order(1, 'cancelled')]))).toEqual([]);
  });

  it('refuses two cancellations that both were the one', () => {
    const story = new Story().place(1).cancel(1, 'cancel-1', true).cancel(1, 'cancel-2', true);
    expect(judgeHistory(story.ending([order(1, 'cancelled')])).join()).toContain('linearizable');
  });

  it('refuses a page without the newest, or with a gap; not one that was asked for earlier', () => {
    const all = [order(3), order(2), order(1)];
    const placed = (): Story => new Story().place(1).place(2).place(3);
    expect(judgeHistory(placed().list(all).ending(all))).toEqual([]);
    expect(judgeHistory(placed().list(all.slice(1)).ending(all)).join()).toContain('is stale');
    expect(judgeHistory(placed().list(all.slice(1), 35).ending(all))).toEqual([]);
    expect(judgeHistory(placed().list([order(3), order(1)]).ending(all)).join())
      .toContain('has a gap');
  });

  it('wants queued orders to come to their end, and to the one that was told', () => {
    const story = (): Story => new Story().place(1, { type: 'info', submission: '/v1/s/1' });
    const end = { key: 'key-1', status: 'placed', orderId: 'id-1' };
    expect(judgeHistory(story().ending([order(1)], [end]))).toEqual([]);
    expect(judgeHistory(story().ending([], [end])).join()).toContain('queued: key-1');
    const expired = { ...end, status: 'expired', orderId: null };
    expect(judgeHistory(story().ending([], [expired]))).toEqual([]);
    expect(judgeHistory(story().ending([order(1)], [expired])).join()).toContain('queued: key-1');
    const never = { ...end, status: 'queued', orderId: null };
    expect(judgeHistory(story().ending([], [never])).join()).toContain('never came to an end');
  });

  it('wants the front ends to say the same', () => {
    const history = new Story().place(1).ending([order(1)]);
    const [first, second] = history.finals;
    const bodies = new Map([['id-1', 'something else']]);
    const finals = first && second ? [first, { ...second, bodies }] : [];
    expect(judgeHistory({ ...history, finals }).join()).toContain('differ in order id-1');
  });
});
