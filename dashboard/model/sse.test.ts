import { expect, it } from 'vitest';
import { SseParser } from './sse.ts';
import type { SentEvent } from './sse.ts';

const text = 'retry: 700\n\nevent: order.placed\nid: 5\ndata: {"a":1}\n\n'
  + ': beat\nid: 9\n\nevent: cluster.view\ndata: x\ndata: y\n\n';
const wanted: SentEvent[] = [
  { type: 'order.placed', id: '5', data: '{"a":1}' },
  { type: 'cluster.view', id: '9', data: 'x\ny' },
];

it('hears the same events however the text is cut into pieces', () => {
  for (let size = 1; size <= text.length; size += 1) {
    const parser = new SseParser(null);
    const heard: SentEvent[] = [];
    for (let at = 0; at < text.length; at += size) {
      heard.push(...parser.push(text.slice(at, at + size)).events);
    }
    expect(heard, `pieces of ${size}`).toEqual(wanted);
    expect(parser.lastId).toBe('9');
  }
});

it('does not move its place to an event whose end has not come', () => {
  const parser = new SseParser('4');
  expect(parser.push('event: order.placed\nid: 5\ndata: {}\n').events).toEqual([]);
  expect(parser.lastId).toBe('4');
  expect(parser.push('\n').events).toHaveLength(1);
  expect(parser.lastId).toBe('5');
});

it('takes the time to wait from the server, and nothing else for it', () => {
  expect(new SseParser(null).push(text).retryMs).toBe(700);
  expect(new SseParser(null).push('retry: soon\n\n').retryMs).toBeNull();
});
