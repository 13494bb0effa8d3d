import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  beginTrace, currentTrace, receivedTrace, traced, traceparentOf, traceToSend, untraced,
} from './trace.ts';

const requestId = '0198c0de-0000-4000-8000-000000000001';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = `00-${traceId}-00f067aa0ba902b7-01`;

describe('a trace', () => {
  it('goes on where the caller names one, with a span of its own', () => {
    const trace = beginTrace(requestId, parent);
    expect(trace).toMatchObject({ traceId, flags: '01', requestId });
    expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(trace.spanId).not.toBe('00f067aa0ba902b7');
    expect(beginTrace(requestId, `01-${traceId}-00f067aa0ba902b7-00-more`))
      .toMatchObject({ traceId, flags: '00' });
  });

  it('begins with the request where the caller names none that is well formed', () => {
    const bad = [
      undefined, '', 'x', `${parent}-more`, `ff${parent.slice(2)}`, parent.toUpperCase(),
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `00-${traceId}-${'0'.repeat(16)}-01`,
      `${parent}, ${parent}`, `00-${traceId}\n-00f067aa0ba902b7-01`,
    ];
    for (const text of bad) {
      const trace = beginTrace(requestId, text);
      expect(trace.traceId, text).toBe(requestId.replaceAll('-', ''));
      expect(traceparentOf(trace)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    }
  });

  it('holds until the first await, and no longer', async () => {
    const trace = beginTrace(requestId, parent);
    const other = beginTrace(requestId, undefined);
    const seen: unknown[] = [];
    await traced(trace, async () => {
      seen.push(currentTrace(), traced(other, () => currentTrace()), currentTrace());
      seen.push(untraced(() => currentTrace()));
      await sleep(1);
      seen.push(currentTrace());
    });
    expect(seen).toEqual([trace, other, trace, undefined, undefined]);
    expect(() => traced(trace, () => { throw new TypeError('x'); })).toThrow('x');
    expect(currentTrace()).toBeUndefined();
  });

  it('is taken along by whoever goes on after an await', async () => {
    const trace = beginTrace(requestId, parent);
    const seen = await traced(trace, async () => {
      const kept = currentTrace();
      await sleep(1);
      return traced(kept, () => traceToSend());
    });
    expect(seen).toEqual({ parent: traceparentOf(trace), request: requestId });
    expect(traceToSend()).toBeUndefined();
  });

  it('arrives as it was sent, and nothing else is taken for one', () => {
    const trace = beginTrace(requestId, parent);
    const sent: unknown = JSON.parse(JSON.stringify(traced(trace, traceToSend)));
    expect(receivedTrace(sent)).toEqual(trace);
    for (const wrong of [
      null, 'x', 5, [], {}, { parent }, { request: requestId }, { parent: 5, request: requestId },
      { parent: 'x', request: requestId }, { parent, request: 'a\nb' },
      { parent, request: 'r'.repeat(65) },
    ]) {
      expect(receivedTrace(wrong), JSON.stringify(wrong)).toBeNull();
    }
  });
});
