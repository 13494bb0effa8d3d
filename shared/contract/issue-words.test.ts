import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { count } from './ids.ts';
import { filled, instant } from './values.ts';

const schema = z.strictObject({
  name: filled(5), pence: count, when: instant, lines: z.array(z.string()).min(1).max(2),
  kind: z.enum(['a', 'b']), one: z.literal('GBP'), share: z.number().gt(0).lt(1), on: z.boolean(),
  sku: z.string().regex(/^[a-z]+$/), place: z.object({ city: z.string() }),
  either: z.union([z.string(), z.number()]),
});
const good = {
  name: 'Ada', pence: 1, when: '2026-01-31T12:00:00.000Z', lines: ['x'], kind: 'a', one: 'GBP',
  share: 0.5, on: true, sku: 'tea', place: { city: 'Leeds' }, either: 1,
};

const wrong: readonly [change: Record<string, unknown>, words: string][] = [
  [{ name: undefined }, 'name is missing'],
  [{ kind: undefined }, 'kind is missing'],
  [{ place: {} }, 'place.city is missing'],
  [{ name: 7 }, 'name must be text'],
  [{ name: ' ' }, 'name must not be empty'],
  [{ name: 'Augusta' }, 'name must have at most 5 characters'],
  [{ pence: 'x' }, 'pence must be a number'],
  [{ pence: 1.5 }, 'pence must be a whole number'],
  [{ pence: Number.NaN }, 'pence must be a number'],
  [{ pence: -1 }, 'pence must be 0 or more'],
  [{ share: 1 }, 'share must be less than 1'],
  [{ share: 0 }, 'share must be more than 0'],
  [{ when: 'yesterday' }, 'when must be a time like 2026-01-31T12:00:00.000Z'],
  [{ lines: [] }, 'lines must not be empty'],
  [{ lines: ['a', 'b', 'c'] }, 'lines must have at most 2 entries'],
  [{ lines: 'a' }, 'lines must be a list'],
  [{ lines: [null] }, 'lines.0 must be text'],
  [{ kind: 'c' }, 'kind must be one of a, b'],
  [{ one: 'EUR' }, 'one must be GBP'],
  [{ on: 1 }, 'on must be true or false'],
  [{ sku: 'TEA' }, 'sku must match /^[a-z]+$/'],
  [{ place: 'Leeds' }, 'place must be an object'],
  [{ either: true }, 'either has none of the forms that it may have'],
  [{ more: 1, less: 2 }, ' has unknown fields: more, less'],
];

describe('a wrong value', () => {
  it.each(wrong)('%j is told without words of the library', (change, words) => {
    const { error } = schema.safeParse({ ...good, ...change });
    expect(error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`))
      .toEqual([words]);
  });

  it('is not seen where there is none', () => {
    expect(schema.parse(good)).toEqual(good);
  });
});
