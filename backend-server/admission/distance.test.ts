import { describe, expect, it } from 'vitest';
import { distanceM } from './distance.ts';

describe('distanceM', () => {
  it.each([
    { from: { lat: 54.7761, lng: -1.5733 }, to: { lat: 54.9783, lng: -1.6178 }, metres: 22_665 },
    { from: { lat: 54, lng: 0 }, to: { lat: 55, lng: 0 }, metres: 111_195 },
    { from: { lat: 0, lng: 0 }, to: { lat: 0, lng: 180 }, metres: 20_015_114 },
    { from: { lat: 54.7, lng: -1.5 }, to: { lat: 54.7, lng: -1.5 }, metres: 0 },
  ])('is $metres m from $from to $to, either way', ({ from, to, metres }) => {
    expect(Math.abs(distanceM(from, to) - metres)).toBeLessThanOrEqual(20);
    expect(distanceM(to, from)).toBe(distanceM(from, to));
    expect(Number.isInteger(distanceM(from, to))).toBe(true);
  });
});
