import { describe, expect, it } from 'vitest';
import { matchesAny, versionOf } from './entity-tag.ts';

describe('versionOf', () => {
  it('reads the version of a strong tag, and none where none is named', () => {
    expect(['"v1"', ' "v7" ', '"v9007199254740991"'].map(versionOf)).toEqual([1, 7, 2 ** 53 - 1]);
    expect([undefined, '*', ' * '].map(versionOf)).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    [''], ['v7'], ['7'], ['"7"'], ['"v0"'], ['"v-1"'], ['"v07"'], ['"v1.5"'], ['W/"v7"'],
    ['"v6", "v7"'], ['"v7'], ['"v9007199254740992"'], ['"v99999999999999999999"'], ['"v7" x'],
  ])('refuses %j, which no answer of ours has shown', (header) => {
    expect(() => versionOf(header)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});

describe('matchesAny', () => {
  it('finds the tag among several, weak or strong', () => {
    expect(['*', '"v7"', 'W/"v7"', '"v1", W/"v7"'].every((tags) => matchesAny(tags, '"v7"')))
      .toBe(true);
    expect([undefined, '', '"v70"', 'v7'].some((tags) => matchesAny(tags, '"v7"'))).toBe(false);
  });
});
