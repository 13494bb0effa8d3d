import { expect, it } from 'vitest';
import { Counts, Durations, measureProcess, metricsText, watch } from './metrics.ts';

it('durations are counted in seconds under their labels', async () => {
  const durations = new Durations({ name: 'test_seconds', help: 'Some.', labels: ['method'] });
  durations.took(20, 'a');
  durations.took(2_000, 'a');
  const text = await metricsText();
  expect(text).toContain('test_seconds_count{method="a"} 2');
  expect(text).toContain('test_seconds_sum{method="a"} 2.02');
  expect(text).toContain('test_seconds_bucket{le="0.025",method="a"} 1');
});

it('a count grows, by labels or without', async () => {
  const counts = new Counts({ name: 'test_total', help: 'Some.', labels: ['from', 'to'] });
  counts.add('placed', 'accepted');
  counts.add('placed', 'accepted');
  new Counts({ name: 'test_bare_total', help: 'Some.' }).add();
  expect(await metricsText()).toContain('test_total{from="placed",to="accepted"} 2');
  expect(await metricsText()).toContain('test_bare_total 1');
});

it('what is watched is asked at each reading, where it was watched last', async () => {
  let value = 1;
  watch({ name: 'test_gauge', help: 'Some.' }, () => [{ value: -1 }]);
  watch({ name: 'test_gauge', help: 'Some.' }, () => [{ value }]);
  const kept = { name: 'test_kept_total', help: 'Some.', labels: ['peer'] };
  watch(kept, () => [{ labels: { peer: 'a' }, value }], true);
  expect(await metricsText()).toContain('test_gauge 1\n');
  value = 5;
  const text = await metricsText();
  expect(text).toContain('test_gauge 5\n');
  expect(text).toContain('# TYPE test_kept_total counter\ntest_kept_total{peer="a"} 5\n');
});

it('the process tells what it is built of, and how late its event loop is', async () => {
  measureProcess('better-sqlite3');
  measureProcess('better-sqlite3');
  const text = await metricsText();
  expect(text).toMatch(/orderly_build_info\{version=".+",node_version="v.+",driver="better/);
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  expect(text).toContain('process_cpu_seconds_total');
});
