import { expect, it } from 'vitest';
import { backendKey, TopologyMemory } from './topology.ts';
import type { Topology } from './topology.ts';
import { failed, member, status, storeOf } from './testing/status.ts';

const linesOf = ({ links }: Topology, kind: string): string[] =>
  links.filter((link) => link.kind === kind).map(({ from, to }) => `${from} > ${to}`);
const conditionIn = ({ nodes }: Topology, key: string): string | undefined =>
  nodes.find((node) => node.key === key)?.condition;

const three = [member(1), member(2), member(3)];

it('draws orders to the primary and replication from it to the others', () => {
  const topology = new TopologyMemory().look(status(three), 0);
  expect(linesOf(topology, 'orders')).toEqual([`frontend frontend-1 > ${backendKey(storeOf(1))}`]);
  expect(linesOf(topology, 'replication')).toEqual([2, 3].map((n) =>
    `${backendKey(storeOf(1))} > ${backendKey(storeOf(n))}`));
});

it('tells primary, backup, catching up, down, draining and failed apart', () => {
  const topology = new TopologyMemory().look(status([
    member(1), member(2), member(3, { in_sync: false, role: 'learner', state: 'catching up' }),
    member(4, { down: true, state: 'down' }), member(5, { state: 'draining' }), failed(6),
  ]), 0);
  expect([1, 2, 3, 4, 5, 6].map((n) => conditionIn(topology, backendKey(storeOf(n))))).toEqual(
    ['primary', 'backup', 'catching-up', 'down', 'draining', 'failed']);
});

it('lets nothing flow to or from what is dead or switched down', () => {
  const dead = [member(1), failed(2), member(3, { down: true, state: 'down' })];
  const topology = new TopologyMemory().look(status(dead), 0);
  expect(linesOf(topology, 'replication')).toEqual([]);
  const headless = new TopologyMemory().look(status([failed(1), member(2), member(3)]), 0);
  expect(linesOf(headless, 'orders')).toEqual([]);
});

it('keeps whoever disappears in the picture as failed for a minute', () => {
  const memory = new TopologyMemory();
  memory.look(status(three), 0);
  const without = status([member(1), member(2)]);
  expect(conditionIn(memory.look(without, 30_000), backendKey(storeOf(3)))).toBe('failed');
  expect(conditionIn(memory.look(without, 61_000), backendKey(storeOf(3)))).toBeUndefined();
});

it('shows the front end that answers even when the name server lists nobody', () => {
  const alone = status(three, {
    front_ends: [], name_server: { address: null, reachable: false },
  });
  const topology = new TopologyMemory().look(alone, 0);
  expect(conditionIn(topology, 'frontend frontend-1')).toBe('working');
  expect(conditionIn(topology, 'nameserver')).toBe('failed');
});
