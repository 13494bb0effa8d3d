import { expect, it } from 'vitest';
import { headlineOf } from './words.ts';
import { operationWords, spanWords, factsOf } from './node-facts.ts';
import { orderWords } from './order-words.ts';
import { TopologyMemory } from './topology.ts';
import { failed, member, notice, status } from './testing/status.ts';

it.each([
  ['good', [member(1), member(2), member(3)], 'backend-1 leads, two backups in sync.'],
  ['fair', [member(1), member(2), failed(3)], 'backend-1 leads; backend-3 is not answering.'],
  ['fair', [member(1), member(2), member(3, { down: true, state: 'down' })],
    'backend-1 leads; backend-3 is switched down.'],
  ['fair', [member(1), member(2), member(3, { in_sync: false, role: 'learner' })],
    'backend-1 leads; one back end still catching up.'],
  ['bad', [failed(1), member(2), member(3)], 'Nobody leads right now.'],
] as const)('says in one sentence how a %s cluster stands', (tone, members, text) => {
  expect(headlineOf(status([...members]))).toMatchObject({ tone, text });
});

it('warns of a single copy and of writes that wait', () => {
  const alone = status([member(1)]);
  const small = { ...alone, view: alone.view && { ...alone.view, min_in_sync: 1 } };
  expect(headlineOf(small).more).toContain('single copy');
  expect(headlineOf(status([member(1), failed(2), failed(3)])).more).toContain('Writes wait');
});

it('lists what operators want to know of a program, live or dead', () => {
  const now = status([member(1), failed(2)]);
  const { nodes } = new TopologyMemory().look(now, 0);
  const factOf = (name: string, key: string): string | undefined => {
    const node = nodes.find((one) => one.name === name);
    const activity = { processed: 7, synchronised: 3, geocoders: [], operations: [] };
    return node && factsOf(now, node, activity).facts.find((fact) => fact.name === key)?.value;
  };
  expect(factOf('backend-1', 'Processed as primary')).toBe('7');
  expect(factOf('backend-1', 'Role and state')).toBe('primary, serving');
  expect(factOf('backend-1', 'Running for')).toBe('1 min 1 s');
  expect(factOf('backend-2', 'Role and state')).toBe('failed');
  expect(factOf('backend-2', 'Log head')).toBe('\u2013');
  expect(factOf('frontend-1', 'Sends to')).toBe('backend-1');
});

it('puts events, operations and times into words', () => {
  expect(orderWords('order.rejected', notice({ reason: 'not_accepted_in_time' })))
    .toBe('A-001 was rejected: not accepted in time');
  expect(orderWords('order.newly_made_up', notice())).toBe('A-001 newly made up');
  expect([operationWords('order.place'), operationWords('barrier')])
    .toEqual(['order place', 'took over as primary']);
  expect([spanWords(5), spanWords(65), spanWords(7_500)])
    .toEqual(['5 s', '1 min 5 s', '2 h 5 min']);
});
