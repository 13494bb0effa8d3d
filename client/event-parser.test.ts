import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventParser, type StreamEvent } from './event-parser.ts';

const text = [
  'retry: 1000\n\n',
  'event: snapshot\nid: 4\ndata: {"position":4}\n\n',
  ': beat\n\n',
  'event: order.accepted\r\nid: 6-2\r\ndata: {"name":"Jörg"}\r\n\r\n',
  'data: no json\n\n',
  ': beat\nid: 9\n\n',
].join('');

const events: StreamEvent[] = [
  { type: 'snapshot', id: '4', data: { position: 4 } },
  { type: 'order.accepted', id: '6-2', data: { name: 'Jörg' } },
];

describe('EventParser', () => {
  it('reads the same events wherever the stream is cut', () => {
    const bytes = Buffer.from(text);
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: bytes.length })), (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const parser = new EventParser();
      const seen = places.slice(1).flatMap((end, at) =>
        parser.take(bytes.subarray(places[at], end)));
      expect(seen).toEqual(events);
      expect([parser.lastId, parser.retryMs]).toEqual(['9', 1000]);
    }));
  });

  it('keeps the id of an earlier connection until it hears of a newer one', () => {
    const parser = new EventParser('41');
    parser.take(Buffer.from('event: reset\ndata: {}\n\n'));
    expect(parser.lastId).toBe('41');
  });
});
