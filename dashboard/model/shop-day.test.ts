import { expect, it } from 'vitest';
import { dayStart } from './shop-day.ts';

const startAt = (instant: string, timeZone: string): string =>
  dayStart(Date.parse(instant), timeZone);

it('begins the day where the shop is, wherever it is read', () => {
  expect(startAt('2026-01-02T23:30:00.500Z', 'Europe/London')).toBe('2026-01-02T00:00:00.000Z');
  expect(startAt('2026-07-02T23:30:00Z', 'Europe/London')).toBe('2026-07-02T23:00:00.000Z');
  expect(startAt('2026-01-02T23:30:00Z', 'Asia/Kolkata')).toBe('2026-01-02T18:30:00.000Z');
  expect(startAt('2026-01-02T03:00:00Z', 'America/New_York')).toBe('2026-01-01T05:00:00.000Z');
  expect(startAt('2026-01-02T05:00:00Z', 'America/New_York')).toBe('2026-01-02T05:00:00.000Z');
});

it('knows the days on which clocks are put forward and back', () => {
  expect(startAt('2026-03-29T12:00:00Z', 'Europe/London')).toBe('2026-03-29T00:00:00.000Z');
  expect(startAt('2026-10-25T12:00:00Z', 'Europe/London')).toBe('2026-10-24T23:00:00.000Z');
  expect(startAt('2026-10-25T00:30:00Z', 'Europe/London')).toBe('2026-10-24T23:00:00.000Z');
  // This day begins at one o'clock: the clocks go from midnight to one.
  expect(startAt('2026-09-06T15:00:00Z', 'America/Santiago')).toBe('2026-09-06T04:00:00.000Z');
});

it('takes the zone of the reader where the browser does not know that of the shop', () => {
  expect(startAt('2026-01-02T12:00:00Z', 'Europe/Nowhere')).toMatch(/^2026-01-0[12]T/);
});
