import { expect, it } from 'vitest';
import type { ClusterStats } from '../../shared/contract/cluster-stats.ts';
import type { ClusterView } from '../../shared/contract/event-stream.ts';
import { must } from '../../shared/runtime/assert.ts';
import { ClusterModel } from './cluster-model.ts';
import type { Change } from './cluster-changes.ts';
import { failed, member, notice, status, storeOf } from './testing/status.ts';

const at = (seconds: number) => ({ nowMs: seconds * 1_000, wallMs: 1e12 + seconds * 1_000 });
const texts = (changes: readonly Change[]): string[] => changes.map(({ text }) => text);
const view = (parts: Partial<ClusterView> = {}): ClusterView =>
  ({ ...must(status([member(1), member(2), member(3)]).view, 'there is one'), ...parts });

const stats = (parts: Partial<ClusterStats> = {}): ClusterStats => ({
  front_end: 'frontend-1', at: '2026-01-02T12:00:10.000Z',
  order_times: { bounds_ms: [10, 20, 40], counts: [0, 0, 0, 0] },
  queue: { depth: 0, oldest_age_ms: 0 }, waiting: 0, outages: [], ...parts,
});

it('says what changed from look to look, and nothing of the first', () => {
  const model = new ClusterModel(0);
  expect(model.onStatus(status([member(1), member(2), failed(3)]), at(1))).toEqual([]);
  const next = status([failed(1), member(2), member(3)], {
    name_server: { address: null, reachable: false },
  });
  expect(texts(model.onStatus(next, at(3)))).toEqual([
    'backend-1 does not answer', 'backend-3 is in sync',
    'The name server does not answer; orders go on without it',
  ]);
  expect(model.onStatus(next, at(5))).toEqual([]);
});

it('names the new primary, and who joins and leaves the in-sync set', () => {
  const model = new ClusterModel(0);
  model.onStatus(status([member(1), member(2), member(3)]), at(1));
  expect(model.onView(view(), at(1))).toEqual([]);
  const elected = view({ view_number: 4, epoch: 4, primary: storeOf(2) });
  expect(texts(model.onView(elected, at(2)))).toEqual(['backend-2 leads now (epoch 4, view 4)']);
  const shrunk = { ...elected, view_number: 5, in_sync: [storeOf(2), storeOf(3)] };
  expect(texts(model.onView(shrunk, at(3))))
    .toEqual(['backend-1 leaves the in-sync set (epoch 4, view 5)']);
  expect(model.onView(elected, at(4)), 'an older view is no news').toEqual([]);
});

it('marks a fail-over that ended since the look before, with what was measured', () => {
  const model = new ClusterModel(0);
  const outage = { at: '2026-01-02T12:00:08.000Z', took_ms: 83, from_epoch: 1, to_epoch: 4 };
  expect(model.onStats(stats({ outages: [] }), at(9))).toEqual([]);
  const told = model.onStats(stats({ outages: [outage] }), at(10));
  expect(texts(told)).toEqual(['Fail-over: requests waited 83 ms']);
  expect(model.marks).toEqual([{ atMs: 8_000, tookMs: 83 }]);
  expect(model.onStats(stats({ outages: [outage] }), at(11)), 'once').toEqual([]);
  model.onStats(stats(), at(200));
  expect(model.marks, 'older than the window').toEqual([]);
});

it('tells percentiles of what was placed since the look before', () => {
  const model = new ClusterModel(0);
  const counted = (counts: number[]): ClusterStats =>
    stats({ order_times: { bounds_ms: [10, 20, 40], counts } });
  model.onStats(counted([1_000, 0, 0, 0]), at(1));
  expect(model.latencies.p50.last).toBeNull();
  model.onStats(counted([1_000, 90, 9, 1]), at(2));
  expect(model.latencies.p50.last).toBe(20);
  expect(model.latencies.p95.last).toBe(40);
  // The front end was started anew: its counts begin again.
  model.onStats(counted([5, 0, 0, 0]), at(3));
  expect(model.latencies.p50.samples).toHaveLength(1);
});

it('counts placed orders by the second, with the seconds in which there was none', () => {
  const model = new ClusterModel(0);
  for (const ms of [1_100, 1_200, 3_999]) {
    model.onOrder('order.placed', notice(), { nowMs: ms, wallMs: 0 });
  }
  model.onOrder('order.accepted', notice(), { nowMs: 1_500, wallMs: 0 });
  expect(model.orders.samples(4_100, 0).map(({ value }) => value)).toEqual([0, 2, 0, 1]);
});

it('keeps what happened to the cluster through a flood of orders, in bounded memory', () => {
  const model = new ClusterModel(0);
  model.note('trouble', 'backend-1 does not answer', 0);
  for (let n = 0; n < 50_000; n += 1) {
    const seconds = n / 500;
    model.onOrder('order.placed', notice({ number: `A-${n}` }), at(seconds));
    if (n % 500 === 0) model.onStatus(status([member(1), member(2)]), at(seconds));
  }
  const lines = model.log.newest(1_000, 'all');
  expect(lines.length).toBeLessThanOrEqual(400);
  expect(lines.map(({ text }) => text)).toContain('backend-1 does not answer');
  expect(model.log.newest(3, 'orders').map(({ text }) => text))
    .toEqual(['A-49999 was placed', 'A-49998 was placed', 'A-49997 was placed']);
  expect(model.orders.samples(100_000, 0).length).toBeLessThanOrEqual(121);
  expect(model.lags.get('backend-2')?.samples.length).toBeLessThanOrEqual(600);
});
