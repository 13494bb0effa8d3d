import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';
import type { Reply } from './cluster.ts';

/** What an operator sees of running programs, and how one is taken out of service. */

const lines: string[] = [];
let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start({
    backends: 2, logLevel: 'debug',
    onEvent: (event) => {
      if (event.kind === 'log') lines.push(`${event.id} ${event.line}`);
    },
  });
});
afterAll(() => cluster.stop());

const get = (path: string): Promise<Reply> => send(`${cluster.door().url}${path}`);

/** The value of a series; null when there is none. */
function valueIn(text: string, series: string): number | null {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
}

const metricsOf = async (node?: string): Promise<string> =>
  String((await get(`/metrics${node === undefined ? '' : `?node=${node}`}`)).body);

const stateOf = async (id: string): Promise<string | undefined> =>
  (await cluster.status()).members.find((one) => one.id === id)?.state;

const order = (id: string, verb: 'drain' | 'resume'): Promise<Reply> =>
  cluster.call(`/v1/cluster/nodes/${id}/${verb}`, { method: 'POST', body: {} });

describe('metrics', () => {
  it('of every program are read through the front end, and say what happened', async () => {
    await cluster.placed();
    const primary = (await cluster.primary()).id;
    const led = await metricsOf(primary);
    expect(valueIn(led, 'orderly_is_primary')).toBe(1);
    expect(valueIn(led, 'orderly_created_total{shop="main",outcome="placed"}')).toBeGreaterThan(0);
    expect(valueIn(led, 'orderly_status_transitions_total{from="",to="placed"}'))
      .toBeGreaterThan(0);
    expect(valueIn(led, 'orderly_commit_duration_seconds_count')).toBeGreaterThan(0);
    expect(valueIn(led, 'orderly_db_fsync_duration_seconds_count')).toBeGreaterThan(0);
    expect(led).toContain('orderly_replication_lag_entries{peer="');
    expect(led).toContain('orderly_circuit_state{peer="');
    const names = await metricsOf('nameserver');
    expect(valueIn(names, 'orderly_registrations{kind="replica"}')).toBe(2);
    const own = await metricsOf();
    const placed = 'route="/v1/orders",method="POST",status="201"';
    expect(valueIn(own, `orderly_http_request_duration_seconds_count{${placed}}`))
      .toBeGreaterThan(0);
    expect(valueIn(own, 'orderly_queue_depth')).toBe(0);
    expect(valueIn(own, 'orderly_call_queue_depth')).toBe(0);
    for (const text of [led, names, own]) expect(text).toContain('orderly_build_info{version="');
  });

  it('are listed as targets for Prometheus', async () => {
    const { body } = await get('/metrics/targets');
    const targets = body as { targets: string[]; labels: { node?: string } }[];
    const nodes = targets.map(({ labels }) => labels.node ?? 'itself');
    expect(nodes.toSorted((a, b) => (a < b ? -1 : 1)))
      .toEqual(['backend-1', 'backend-2', 'itself', 'nameserver']);
    expect(new Set(targets.flatMap((one) => one.targets))).toEqual(
      new Set([cluster.door().url.slice('http://'.length)]));
  });
});

describe('a request', () => {
  /** What the front end and the back ends say about it once both have said all of `words`. */
  async function traced(path: string, body: unknown, words: readonly string[]): Promise<void> {
    const traceId = randomBytes(16).toString('hex');
    const reply = await cluster.call(path, {
      method: 'POST', body,
      headers: {
        'idempotency-key': newKey(),
        traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
      },
    });
    expect(reply.status).toBeLessThan(300);
    expect(reply.headers['traceparent']).toMatch(`00-${traceId}-`);
    const said = (): string[] => lines.filter((line) => line.includes(traceId));
    await cluster.until(`${path}: ${words.join(' and ')}`, async () =>
      words.every((what) => said().some((line) => {
        const [who = '', text = ''] = what.split(': ');
        return line.startsWith(who) && line.includes(text);
      })));
    const id = String(reply.headers['x-request-id']);
    for (const line of said()) expect(line).toContain(`"request_id":"${id}"`);
  }

  it('is found under its trace in all that front end and back end log for it', async () => {
    const { lines: wanted } = anOrder();
    const delivery = { address: { postcode: 'DH1 4SW' } };
    const account = { username: `tracy.${newKey().slice(-12)}`, password: 'orange parrot 51' };
    const node = (await cluster.primary()).id;
    await traced('/v1/orders', anOrder(), ['frontend-1: answered', 'backend-: orders.submit']);
    await traced('/v1/quotes', { lines: wanted, delivery }, [
      'frontend-1: answered', 'backend-: orders.quote', 'backend-: geocoder asked',
    ]);
    const inOut = ['frontend-1: answered', 'backend-: accounts.submit'];
    await traced('/v1/accounts', account, inOut);
    await traced('/v1/sessions', account, inOut);
    await traced(`/v1/cluster/nodes/${node}/resume`, {}, [
      'frontend-1: back end drained', 'backend-: replica.setDraining',
    ]);
  });
});

describe('a back end that is drained', () => {
  it('gives the primary role away, serves while nobody else is left, and may lead again',
    async () => {
      const drained = await cluster.primary();
      const reply = await order(drained.id, 'drain');
      expect(reply.status).toBe(200);
      await cluster.until('another leads', async () =>
        (await cluster.primary().catch(() => drained)).id !== drained.id);
      await cluster.placed();
      expect(await stateOf(drained.id)).toBe('draining');
      const asked = await get(`/readyz?node=${drained.id}`);
      expect([asked.status, asked.body]).toMatchObject([503, { state: 'draining' }]);

      const other = await cluster.primary();
      await cluster.kill(other);
      await cluster.until('the drained one leads', async () => {
        const now = (await cluster.status()).members.find(({ id }) => id === drained.id);
        return now?.role === 'primary';
      });
      await cluster.until('orders are placed', async () => (await cluster.place()).status === 201);

      await cluster.restart(other);
      await cluster.until('another leads again', async () => {
        const leading = (await cluster.status()).members.find(({ state }) => state === 'serving');
        return leading !== undefined && leading.id !== drained.id;
      });
      expect((await order(drained.id, 'resume')).status).toBe(200);
      await cluster.untilInSync(2);
      expect((await get(`/readyz?node=${drained.id}`)).status).toBe(200);
    });

  it('leads on when the other is drained too, without a change of the view', async () => {
    await cluster.untilInSync(2);
    const primary = await cluster.primary();
    for (const { id } of await cluster.backups()) {
      expect((await order(id, 'drain')).status).toBe(200);
    }
    const before = (await cluster.status()).view?.view_number;
    expect((await order(primary.id, 'drain')).status).toBe(200);
    await cluster.placed();
    const { view, front_end: frontEnd, members } = await cluster.status();
    expect(view?.view_number).toBe(before);
    expect(members.find(({ id }) => id === primary.id)?.store_id).toBe(frontEnd.primary);
    for (const { id } of cluster.processes.backends) await order(id, 'resume');
    await cluster.untilInSync(2);
  });

  it('is not found under a name that no back end has', async () => {
    expect(await order('backend-99', 'drain')).toMatchObject({ status: 404, code: 'not_found' });
    expect(await get('/metrics?node=backend-99')).toMatchObject({ status: 404, code: 'not_found' });
  });
});
