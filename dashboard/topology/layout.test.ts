import { expect, it } from 'vitest';
import { failed, member, status } from '../model/testing/status.ts';
import { TopologyMemory } from '../model/topology.ts';
import type { TopologyNode } from '../model/topology.ts';
import { layoutOf } from './layout.ts';

const nodesOf = (count: number, dead: number[] = []): TopologyNode[] => {
  const numbers = Array.from({ length: count }, (_, n) => n + 1);
  const members = numbers.map((n) => (dead.includes(n) ? failed(n) : member(n)));
  return new TopologyMemory().look(status(members), 0).nodes;
};

it.each([300, 360, 700, 1_000, 1_400])('keeps every circle apart and inside at %d px', (width) => {
  for (const count of [1, 2, 3, 4, 5, 7, 9]) {
    const { places, radius, width: wide, height } = layoutOf(nodesOf(count), width);
    const points = [...places.values()];
    for (const [n, { x, y }] of points.entries()) {
      expect(x - radius).toBeGreaterThanOrEqual(0);
      expect(x + radius).toBeLessThanOrEqual(wide);
      expect(y - radius).toBeGreaterThanOrEqual(0);
      expect(y + radius + 36, 'its name and state below it').toBeLessThanOrEqual(height);
      for (const other of points.slice(n + 1)) {
        const apart = Math.hypot(x - other.x, y - other.y);
        expect(apart, `${count} back ends`).toBeGreaterThan(2 * radius);
      }
    }
  }
});

it('moves nothing when another one leads or one dies', () => {
  expect([...layoutOf(nodesOf(3, [1]), 900).places]).toEqual([...layoutOf(nodesOf(3), 900).places]);
});
