import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import type { Audience } from './audience.ts';
import { EventFeed } from './event-feed.ts';
import type { EventSource } from './event-source.ts';
import { EventStream } from './event-stream.ts';
import { FakeLog, MemorySink, hastyClock } from './testing/fake-log.ts';
import { typeFilter } from './type-filter.ts';

const clock = hastyClock;
const logger = silentLogger;
const operator: Audience = { kind: 'operator' };
const until = (what: () => unknown): Promise<void> =>
  expect.poll(what, { interval: 1, timeout: 10_000 }).toBe(true) as unknown as Promise<void>;

interface Listening {
  lastEventId?: string | null;
  audience?: Audience;
  types?: string;
  lineage?: number;
  session?: string;
}

/** A front end: one feed, and the streams that read from it. */
class FrontEnd {
  readonly log: FakeLog;
  readonly feed: EventFeed;
  /** So many ops behind is the primary that it asks, which was replaced. */
  lag = 0;

  constructor(log: FakeLog, ringEvents = 100) {
    this.log = log;
    const source: EventSource = {
      follow: (request) => log.followBehind(request, () => this.lag),
      read: (request) => log.read(request),
    };
    this.feed = new EventFeed({ source, clock, logger, ringEvents });
  }

  open(listening: Listening = {}): { sink: MemorySink; stream: EventStream } {
    const { lastEventId = null, audience = operator, types, lineage = 1, session } = listening;
    const principal = { kind: 'operator', id: null } as const;
    const sink = new MemorySink();
    const stream = new EventStream({
      feed: this.feed, source: this.log, sink, clock, logger, audience, lastEventId,
      reader: { principal, ...(session !== undefined && { session }) },
      filter: typeFilter(types, true), lineage: () => lineage, bufferBytesMax: 10_000,
    });
    stream.start();
    return { sink, stream };
  }
}

const range = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => `order.placed ${from + n}`);

describe('an event stream', () => {
  it('begins with a snapshot, and tells what comes after the position that it shows', async () => {
    const log = new FakeLog();
    log.grow(3);
    const { sink, stream } = new FrontEnd(log).open();
    await until(() => sink.told.length === 1);
    log.grow(2, 5);
    await until(() => sink.told.length === 3);
    expect(sink.told).toEqual(['snapshot 3', 'order.placed 9', 'order.placed 10']);
    stream.end();
  });

  it('replays everything after the id that the reader has, in pages', async () => {
    const log = new FakeLog();
    log.grow(1_700);
    const { sink, stream } = new FrontEnd(log).open({ lastEventId: '400' });
    await until(() => sink.told.length === 1_300);
    expect(sink.told).toEqual(range(401, 1_700));
    expect(log.reads).toBe(3);
    stream.end();
  });

  it('asks nobody for a reader that was away for a moment', async () => {
    const log = new FakeLog();
    const frontEnd = new FrontEnd(log);
    const other = frontEnd.open();
    await until(() => other.sink.told.length === 1);
    log.grow(50);
    await until(() => other.sink.told.length === 51);
    const { reads } = log;
    const { sink, stream } = frontEnd.open({ lastEventId: '20' });
    await until(() => sink.told.length === 30);
    expect(sink.told).toEqual(range(21, 50));
    expect(log.reads).toBe(reads);
    stream.end();
    other.stream.end();
  });

  it.each(['51', '9007199254740991', '7-2', '-1', '', '007', '1e3', '١', 'x'.repeat(200)])(
    'starts anew for %s, which the log has not told', async (lastEventId) => {
      const log = new FakeLog();
      log.grow(50);
      const frontEnd = new FrontEnd(log);
      const first = frontEnd.open({ lastEventId });
      await until(() => first.sink.told.length === 2);
      const { sink, stream } = frontEnd.open({ lastEventId });
      await until(() => sink.told.length === 2);
      for (const { told } of [first.sink, sink]) expect(told).toEqual(['reset', 'snapshot 50']);
      log.grow(1);
      await until(() => sink.told.length === 3);
      expect(sink.told.at(-1)).toBe('order.placed 51');
      stream.end();
      first.stream.end();
    },
  );

  it('knows ids of another lineage, and marks its own', async () => {
    const log = new FakeLog();
    log.grow(50);
    const frontEnd = new FrontEnd(log);
    const restored = frontEnd.open({ lastEventId: '20', lineage: 2 });
    await until(() => restored.sink.told.length === 2);
    expect(restored.sink.told).toEqual(['reset', 'snapshot 50-2']);
    const again = frontEnd.open({ lastEventId: '48-2', lineage: 2 });
    await until(() => again.sink.told.length === 2);
    expect(again.sink.told).toEqual(['order.placed 49-2', 'order.placed 50-2']);
    restored.stream.end();
    again.stream.end();
  });

  it('takes no word back from a primary that is behind, and no word twice', async () => {
    const log = new FakeLog();
    log.grow(10);
    const frontEnd = new FrontEnd(log);
    const { sink, stream } = frontEnd.open({ lastEventId: '5' });
    await until(() => sink.told.length === 5);
    frontEnd.lag = 8;
    const { follows } = log;
    await until(() => log.follows > follows + 5);
    frontEnd.lag = 0;
    log.grow(1);
    await until(() => sink.told.length === 6);
    expect(sink.told).toEqual(range(6, 11));
    stream.end();
  });

  it('tells a reader that is ahead of its front end nothing that it knows', async () => {
    const log = new FakeLog();
    log.grow(10);
    const frontEnd = new FrontEnd(log);
    const other = frontEnd.open();
    await until(() => other.sink.told.length === 1);
    frontEnd.lag = 20;
    log.grow(20);
    const { sink, stream } = frontEnd.open({ lastEventId: '25' });
    await until(() => sink.told.length === 5);
    frontEnd.lag = 0;
    await until(() => other.sink.told.length === 21);
    log.grow(1);
    await until(() => sink.told.length === 6);
    expect(sink.told).toEqual(range(26, 31));
    stream.end();
    other.stream.end();
  });

  it('tells much that is at hand in pieces, and no piece twice', async () => {
    const log = new FakeLog();
    const frontEnd = new FrontEnd(log, 5_000);
    const other = frontEnd.open();
    await until(() => other.sink.told.length === 1);
    log.grow(1_300);
    await until(() => other.sink.told.length === 1_301);
    const { sink, stream } = frontEnd.open({ lastEventId: '0' });
    await until(() => sink.told.length === 1_300);
    expect(sink.told).toEqual(range(1, 1_300));
    stream.end();
    other.stream.end();
  });

  it('starts anew when the log itself was put back', async () => {
    const log = new FakeLog();
    log.grow(10);
    const { sink, stream } = new FrontEnd(log).open({ lastEventId: '8' });
    await until(() => sink.told.length === 2);
    log.events = log.events.slice(0, 4);
    log.lsn = 4;
    await until(() => sink.told.length === 4);
    log.grow(1);
    await until(() => sink.told.length === 5);
    expect(sink.told.slice(2)).toEqual(['reset', 'snapshot 4', 'order.placed 5']);
    stream.end();
  });

  it('waits through an outage, from its begin on', async () => {
    const log = new FakeLog();
    log.grow(3);
    log.failWith = new OrderlyError('unavailable');
    const { sink, stream } = new FrontEnd(log).open({ lastEventId: '1' });
    await until(() => log.reads > 3);
    log.failWith = null;
    await until(() => sink.told.length === 2);
    log.failWith = new OrderlyError('unavailable');
    const { follows } = log;
    await until(() => log.follows > follows + 3);
    log.grow(1);
    log.failWith = null;
    await until(() => sink.told.length === 3);
    expect(sink.told).toEqual(range(2, 4));
    stream.end();
  });

  it('ends for who may not read any more', async () => {
    const log = new FakeLog();
    log.failWith = new OrderlyError('unauthorized');
    const { sink } = new FrontEnd(log).open();
    await until(() => sink.state === 'ended');
    expect(sink.told).toEqual([]);
  });

  it('tells nothing that is at hand to a session before a back end has seen it', async () => {
    const log = new FakeLog();
    const frontEnd = new FrontEnd(log);
    const other = frontEnd.open();
    await until(() => other.sink.told.length === 1);
    log.grow(3);
    await until(() => other.sink.told.length === 4);
    log.failWith = new OrderlyError('unauthorized');
    const signedOut = frontEnd.open({ lastEventId: '1', session: 'a' });
    await until(() => signedOut.sink.state === 'ended');
    expect(signedOut.sink.told).toEqual([]);
    log.failWith = null;
    const { sink, stream } = frontEnd.open({ lastEventId: '1', session: 'b' });
    await until(() => sink.told.length === 2);
    log.grow(1);
    await until(() => sink.told.length === 3);
    expect(sink.told).toEqual(range(2, 4));
    stream.end();
    other.stream.end();
  });

  it('moves the place of a reader that nothing was for', async () => {
    const log = new FakeLog();
    const { sink, stream } = new FrontEnd(log).open({ types: 'order.cancelled' });
    await until(() => sink.told.length === 1);
    log.grow(30);
    await until(() => {
      stream.beat();
      return sink.lastId === '30';
    });
    expect(sink.told).toEqual(['snapshot 0']);
    stream.end();
  });

  it('cuts a reader off that does not read, and stops following when nobody is left', async () => {
    const log = new FakeLog();
    const frontEnd = new FrontEnd(log);
    const slow = frontEnd.open();
    const quick = frontEnd.open();
    await until(() => slow.sink.told.length === 1 && quick.sink.told.length === 1);
    slow.sink.stuck = true;
    for (let n = 0; n < 30; n++) {
      log.grow(5);
      await until(() => quick.sink.told.length === 1 + 5 * (n + 1));
    }
    expect(slow.sink.state).toBe('cut');
    expect(slow.sink.bufferedBytes).toBeLessThan(20_000);
    quick.stream.end();
    const { follows } = log;
    for (let n = 0; n < 20; n++) await clock.sleep(0);
    expect(log.follows).toBeLessThanOrEqual(follows + 1);
  });

  it('cuts off who does not take a page of what they missed', async () => {
    const log = new FakeLog();
    log.grow(2_000);
    const frontEnd = new FrontEnd(log);
    const { sink } = frontEnd.open({ lastEventId: '0' });
    sink.stuck = true;
    await until(() => sink.state === 'cut');
    expect(log.reads).toBe(1);
  });
});

describe('what is told to whom', () => {
  const ada = '0199d2c4-5e00-7a3f-8f10-2b6c9d4e1a77';
  const staff = { kind: 'staff' as const, id: 'somebody' };

  it('tells customers of their own orders, and not who works on them', async () => {
    const log = new FakeLog();
    const frontEnd = new FrontEnd(log, 2);
    const live = frontEnd.open({ audience: { kind: 'customer', id: ada } });
    await until(() => live.sink.told.length === 1);
    log.grow(3, 0, { owner: null });
    log.grow(1, 0, { owner: ada, actor: { kind: 'customer', id: ada }, front_end: 'front-1' });
    log.grow(2, 0, { owner: 'another' });
    log.grow(1, 0, { owner: ada, actor: staff });
    await until(() => live.sink.told.length === 3);
    const late = frontEnd.open({ audience: { kind: 'customer', id: ada }, lastEventId: '0' });
    await until(() => late.sink.told.length === 2);
    for (const { sink, stream } of [live, late]) {
      expect(sink.told.slice(-2)).toEqual(['order.placed 4', 'order.placed 7']);
      expect(sink.text).toContain(`"actor":{"kind":"customer","id":"${ada}"}`);
      expect(sink.text).toContain('"actor":{"kind":"staff","id":null}');
      expect(sink.text).not.toMatch(/owner|front/);
      stream.end();
    }
  });

  it('tells who tracks an order of that order alone', async () => {
    const log = new FakeLog();
    log.grow(3, 0, { actor: staff });
    const orderId = log.events[1]?.order_id ?? '';
    const audience: Audience = { kind: 'tracker', orderId };
    const { sink, stream } = new FrontEnd(log).open({ audience, lastEventId: '0' });
    await until(() => sink.told.length === 1);
    log.grow(1, 0, { actor: staff });
    log.grow(1, 0, { actor: staff, order_id: orderId });
    await until(() => sink.told.length === 2);
    expect(sink.told).toEqual(['order.placed 2', 'order.placed 5']);
    expect(sink.text).not.toContain('somebody');
    stream.end();
  });

  it('shows staff who did it, and through which front end', async () => {
    const log = new FakeLog();
    log.grow(1, 0, { actor: staff, front_end: 'front-1' });
    const { sink, stream } = new FrontEnd(log)
      .open({ audience: { kind: 'staff' }, types: 'order.*', lastEventId: '0' });
    await until(() => sink.told.length === 1);
    expect(sink.text).toContain('"actor":{"kind":"staff","id":"somebody"}');
    expect(sink.text).toContain('"front_end":"front-1"');
    stream.end();
  });
});

describe('readers that come and go', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('grow' as const), events: fc.nat(8), others: fc.nat(3) }),
    fc.record({ kind: fc.constant('turns' as const), turns: fc.nat(6) }),
    fc.record({ kind: fc.constant('move' as const), to: fc.nat(1) }),
    fc.record({ kind: fc.constant('lag' as const), of: fc.nat(1), lag: fc.nat(12) }),
    fc.record({ kind: fc.constant('outage' as const), on: fc.boolean() }),
  );

  it('see each event once and in order, wherever and whenever they connect', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const log = new FakeLog();
      const frontEnds = [new FrontEnd(log, 5), new FrontEnd(log, 5)];
      const watcher = frontEnds[1]?.open({ lastEventId: '0' });
      let place = '0';
      const told: string[] = [];
      let reader = frontEnds[0]?.open({ lastEventId: place });
      const leave = (): void => {
        reader?.sink.cut();
        told.push(...reader?.sink.told ?? []);
        place = reader?.sink.lastId ?? place;
      };
      for (const one of steps) {
        if (one.kind === 'grow') log.grow(one.events, one.others);
        const behind = one.kind === 'lag' ? frontEnds[one.of] : undefined;
        if (one.kind === 'lag' && behind !== undefined) behind.lag = one.lag;
        if (one.kind === 'outage') log.failWith = one.on ? new OrderlyError('unavailable') : null;
        if (one.kind === 'turns') for (let n = 0; n < one.turns; n++) await clock.sleep(0);
        if (one.kind === 'move') {
          leave();
          reader = frontEnds[one.to]?.open({ lastEventId: place });
        }
      }
      log.failWith = null;
      for (const frontEnd of frontEnds) frontEnd.lag = 0;
      log.grow(1);
      const last = `order.placed ${log.lsn}`;
      await until(() => reader?.sink.told.at(-1) === last && watcher?.sink.told.at(-1) === last);
      leave();
      const all = log.events.map(({ position }) => `order.placed ${position}`);
      expect(told).toEqual(all);
      expect(watcher?.sink.told).toEqual(all);
      watcher?.sink.cut();
    }), { numRuns: 60 });
  });
});
