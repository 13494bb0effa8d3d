import { describe, expect, it } from 'vitest';
import { acceptsJson } from './accept.ts';

describe('acceptsJson', () => {
  it.each([
    [undefined], [''], ['*/*'], ['application/json'], ['Application/JSON; charset=utf-8'],
    ['application/*'], ['text/html, application/json;q=0.5'], ['text/html, */*;q=0.1'],
    ['application/problem+json'], ['application/json;q=1, */*;q=0'],
  ])('takes %j', (accept) => {
    expect(acceptsJson(accept)).toBe(true);
  });

  it.each([
    ['text/html'], ['text/*'], ['application/xml, text/csv'], ['application/json;q=0'],
    ['*/*, application/json; q=0'], ['*/*;q=0'], ['application/json;q=high'], ['json'], [','],
  ])('does not take %j', (accept) => {
    expect(acceptsJson(accept)).toBe(false);
  });
});
