import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrackTokens } from '../track-token.ts';
import { feedEvent } from '../events/testing/fake-log.ts';
import { EventReader } from '../testing/event-reader.ts';
import { FrontDoor } from '../testing/front-door.ts';

const id = '0197a000-0000-7000-8000-00000000002a';

describe('GET /v1/track/{token}/events', () => {
  const door = new FrontDoor();
  const tokens = new TrackTokens(door.cluster.secret);
  beforeAll(() => door.start());
  afterAll(() => door.stop());

  it('tells of its order alone, to whoever has the token, and not who did something', async () => {
    const path = `/v1/track/${tokens.seal(id)}/events`;
    const reader = new EventReader({ urls: [door.url], token: 'of nobody', path });
    await expect.poll(() => reader.of('snapshot').length, { timeout: 10_000 }).toBe(1);
    const actor = { kind: 'staff' as const, id: 'grace' };
    door.cluster.feed.push(feedEvent(7, { order_id: id, actor }), feedEvent(8, { actor }));
    door.cluster.feed.push(feedEvent(9, { order_id: id, actor }));
    await expect.poll(() => reader.of('order.').length, { timeout: 10_000 }).toBe(2);
    expect(reader.of('order.')).toMatchObject([
      { id: '7', data: { order_id: id, actor: { kind: 'staff', id: null } } }, { id: '9' },
    ]);
    await reader.stop();
  });

  it('is not found without a token of this cluster', async () => {
    for (const token of ['x', id, `${tokens.seal(id).slice(0, -2)}AA`]) {
      for (const path of [`/v1/track/${token}`, `/v1/track/${token}/events`]) {
        const { status, json } = await door.ask('GET', path, { anonymous: true });
        expect([status, (json as { code?: string }).code], path).toEqual([404, 'not_found']);
      }
    }
  });
});
