import { expect, it } from 'vitest';
import { Hearing } from './hearing.ts';

const told = (beats: string): string => {
  const hearing = new Hearing();
  return Array.from(beats, (beat) => (beat === '+' ? hearing.heard() : hearing.missed()))
    .map((isNews) => (isNews ? '!' : '.')).join('');
};

it.each([
  ['+++', '!..'],
  ['--+', '..!'],
  ['+-+--+', '!.....'],
  ['----', '..!.'],
  ['+---+---', '!..!!..!'],
])('of the beats %s these are news: %s', (beats, news) => {
  expect(told(beats)).toBe(news);
});
