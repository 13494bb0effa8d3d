import { expect, it } from 'vitest';
import { LastWord } from './last-word.ts';

it('the last word is new once, and again after others', () => {
  const last = new LastWord();
  expect(['a', 'a', 'b', 'b', 'a'].map((words) => last.isNew(words)))
    .toEqual([true, false, true, false, true]);
});
