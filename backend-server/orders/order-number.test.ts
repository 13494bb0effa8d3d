import { describe, expect, it } from 'vitest';
import { orderNumber } from './order-number.ts';

describe('orderNumber', () => {
  it.each([
    [1, 'A-001'], [42, 'A-042'], [999, 'A-999'], [1000, 'B-001'], [26 * 999, 'Z-999'],
    [26 * 999 + 1, 'AA-001'], [27 * 26 * 999 + 1, 'AAA-001'],
  ])('calls order %i of a day %s', (count, number) => {
    expect(orderNumber(count)).toBe(number);
  });

  it('gives each order of a very busy day its own number', () => {
    const numbers = new Set(Array.from({ length: 60_000 }, (_, index) => orderNumber(index + 1)));
    expect(numbers.size).toBe(60_000);
  });
});
