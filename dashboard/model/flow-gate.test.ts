import { expect, it } from 'vitest';
import { FlowGate } from './flow-gate.ts';

const known = new Set(['a', 'b']);

it('lets one dot out at a time, which stands for all that came meanwhile', () => {
  const gate = new FlowGate();
  let dots = 0;
  let events = 0;
  for (let ms = 0; ms < 10_000; ms += 16) {
    gate.add('a', 8);
    for (const { count } of gate.take(ms, known)) {
      dots += 1;
      events += count;
    }
  }
  expect(dots).toBeLessThan(100);
  expect(events).toBeGreaterThan(4_900);
});

it('shows nothing that did not happen, and forgets lines that are gone', () => {
  const gate = new FlowGate();
  expect(gate.take(0, known)).toEqual([]);
  gate.add('gone');
  expect(gate.take(0, known)).toEqual([]);
  expect(gate.isEmpty).toBe(true);
});
