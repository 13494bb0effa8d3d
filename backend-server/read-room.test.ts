import { expect, it } from 'vitest';
import type { Query } from '../shared/contract/backend.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import { ReadRoom } from './read-room.ts';

const list = (limit: number): Query => ({ query: 'order.list', filter: { limit } });
const one: Query = { query: 'menu.get' };

it('large pages that come together are refused beyond a bound, single things never', async () => {
  const room = new ReadRoom(100);
  let release = (): void => {};
  const held = new Promise<void>((resolve) => { release = resolve; });
  const read = (query: Query) => room.during(query, async () => {
    await held;
    return 'read';
  });
  const first = [read(list(60)), read(list(40)), read(one), read(one)];
  await expect(read(list(2))).rejects.toMatchObject({ code: 'overloaded' });
  release();
  expect(await Promise.all(first)).toEqual(['read', 'read', 'read', 'read']);
  expect(await read(list(100))).toBe('read');
});

it('a page above the bound is read alone, and room is given back after a failure', async () => {
  const room = new ReadRoom(100);
  const failing = () => Promise.reject(new OrderlyError('not_found'));
  for (const _ of [1, 2]) {
    await expect(room.during(list(200), failing)).rejects.toMatchObject({ code: 'not_found' });
  }
});
