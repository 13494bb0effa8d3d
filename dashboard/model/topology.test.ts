import { expect, it } from 'vitest';
import { linesOfOrder } from './order-flow.ts';
import { backendKey, TopologyMemory } from './topology.ts';
import type { Topology } from './topology.ts';
import { failed, member, notice, status, storeOf } from './testing/status.ts';

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

it('lets an order flow through its own front end, and on to all that are in sync', () => {
  const learner = member(3, { in_sync: false, role: 'learner', state: 'catching up' });
  const doors = ['frontend-1', 'frontend-2'].map((id) => ({ id, address: 'x:1', alive: true }));
  const two = new TopologyMemory().look(
    status([member(1), member(2), learner], { front_ends: doors }), 0);
  const primary = backendKey(storeOf(1));
  const replicated = `replication ${primary} > ${backendKey(storeOf(2))}`;
  const through = (id: string): string => `orders frontend ${id} > ${primary}`;
  expect(linesOfOrder(two, notice({ front_end: 'frontend-2' })))
    .toEqual([through('frontend-2'), replicated]);
  expect(linesOfOrder(two, notice()), 'it is not known through which').toEqual([replicated]);
  const one = new TopologyMemory().look(status([member(1), member(2), learner]), 0);
  expect(linesOfOrder(one, notice())).toEqual([through('frontend-1'), replicated]);
  const own = notice({ actor: { kind: 'system', id: null } });
  expect(linesOfOrder(one, own), 'the primary did it by itself').toEqual([replicated]);
});
