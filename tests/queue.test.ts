import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlaceInput } from '../shared/contract/order.ts';
import { submissionSchema } from '../shared/contract/submission.ts';
import type { Submission } from '../shared/contract/submission.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { TestCluster, anOrder, newKey } from './cluster.ts';
import type { Reply } from './cluster.ts';
import { figure } from './writers.ts';

/** An order of one of `customers` people, to be found again by its key. */
const orderOf = (key: string, n: number, customers: number): PlaceInput => anOrder({
  external_ref: key.slice(-64),
  customer: { name: 'Ada Test', phone: `+44 7700 9${String(n % customers).padStart(5, '0')}` },
});

/** Orders that were sent, each under its key, and what they were answered at last. */
class Crowd {
  readonly #cluster: TestCluster;
  readonly #orders = new Map<string, PlaceInput>();
  readonly replies = new Map<string, Reply>();

  constructor(cluster: TestCluster, count: number, customers: number) {
    this.#cluster = cluster;
    for (let n = 0; n < count; n++) {
      const key = newKey();
      this.#orders.set(key, orderOf(key, n, customers));
    }
  }

  get keys(): string[] {
    return [...this.#orders.keys()];
  }

  /** Sends those of the keys; a request that breaks off leaves no reply. */
  async send(keys: readonly string[], frontend = 0): Promise<void> {
    await Promise.all(keys.map(async (key) => {
      try {
        this.replies.set(key, await this.#cluster.place(this.#orders.get(key), key, frontend));
      } catch {
        // The front end was killed: the client knows nothing and will send it again.
      }
    }));
  }

  statuses(): number[] {
    return [...new Set([...this.replies.values()].map(({ status }) => status))];
  }

  submissions(): Submission[] {
    return [...this.replies.values()].map(({ body }) => submissionSchema.parse(body));
  }

  /** Waits until every key has an order, then looks that none has two. */
  async expectPlacedOnce(): Promise<void> {
    const cluster = this.#cluster;
    const wanted = new Set(this.keys.map((key) => key.slice(-64)));
    const found = async (): Promise<string[]> => (await cluster.list())
      .flatMap(({ external_ref: ref }) => (ref !== null && wanted.has(ref) ? [ref] : []));
    await cluster.until('all are placed', async () => (await found()).length >= wanted.size);
    const placed = await found();
    expect(placed).toHaveLength(wanted.size);
    expect(new Set(placed)).toEqual(wanted);
  }
}

const killBackends = async (cluster: TestCluster): Promise<void> => {
  for (const backend of cluster.processes.backends) await cluster.kill(backend);
};

const restartBackends = async (cluster: TestCluster): Promise<void> => {
  await Promise.all(cluster.processes.backends.map((backend) => cluster.restart(backend)));
};

describe('orders while no back end runs', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start({ frontends: 2 }); });
  afterAll(() => cluster.stop());

  it('are stored and answered 202; a kill of the front end loses none, and each is placed once',
    async () => {
      await cluster.placed();
      await killBackends(cluster);
      const crowd = new Crowd(cluster, 20, 7);
      await crowd.send(crowd.keys.slice(0, 10));
      expect(crowd.statuses()).toEqual([202]);
      const knownAtMs = performance.now();
      await crowd.send(crowd.keys.slice(10, 12));
      figure('answered 202 once the outage is known after', performance.now() - knownAtMs);
      expect(performance.now() - knownAtMs).toBeLessThan(2_000);
      const frontend = cluster.processes.child('frontend-1');
      const sending = crowd.send(crowd.keys.slice(12));
      await systemClock.sleep(20);
      await cluster.kill(frontend);
      await sending;
      await cluster.restart(frontend);
      const before = new Map(crowd.replies);
      await crowd.send(crowd.keys);
      expect(crowd.statuses()).toEqual([202]);
      for (const [key, { body }] of before) {
        expect(crowd.replies.get(key)?.body).toMatchObject({ id: submissionSchema.parse(body).id });
      }
      const atMs = performance.now();
      await restartBackends(cluster);
      await crowd.expectPlacedOnce();
      figure('20 queued orders placed after the start of the back ends', performance.now() - atMs);
      for (const { id } of crowd.submissions()) {
        const reply = await cluster.call(`/v1/submissions/${id}`);
        expect(reply).toMatchObject({ status: 303, body: { status: 'placed' } });
      }
      await crowd.send(crowd.keys);
      expect(crowd.statuses()).toEqual([201]);
      await cluster.untilInSync(3);
    });

  it('300 of them: the front end is killed while it drains, and again; none is lost or doubled',
    async () => {
      await killBackends(cluster);
      const crowd = new Crowd(cluster, 300, 60);
      await crowd.send(crowd.keys);
      expect(crowd.statuses()).toEqual([202]);
      const frontend = cluster.processes.child('frontend-1');
      await restartBackends(cluster);
      const listed = async (): Promise<number> => (await cluster.list(1)).length;
      const start = await listed();
      for (const goal of [30, 120]) {
        await cluster.until(`${goal} are placed`, async () => await listed() >= start + goal);
        await cluster.kill(frontend);
        await cluster.restart(frontend);
      }
      await crowd.expectPlacedOnce();
      await cluster.untilInSync(3);
    });

  it('sent to both front ends under one key make one order', async () => {
    await killBackends(cluster);
    const crowd = new Crowd(cluster, 20, 5);
    await Promise.all([crowd.send(crowd.keys, 0), crowd.send(crowd.keys, 1)]);
    expect(crowd.statuses()).toEqual([202]);
    await restartBackends(cluster);
    await crowd.expectPlacedOnce();
    await cluster.untilInSync(3);
    await crowd.send(crowd.keys, 0);
    const first = [...crowd.replies.values()].map(({ body }) => body);
    await crowd.send(crowd.keys, 1);
    expect([...crowd.replies.values()].map(({ body }) => body)).toEqual(first);
  });

  it('that are taken back are not placed, whichever front end gets them again', async () => {
    await killBackends(cluster);
    const crowd = new Crowd(cluster, 1, 1);
    const [key = ''] = crowd.keys;
    await crowd.send([key]);
    const [submission] = crowd.submissions();
    const path = `/v1/submissions/${submission?.id ?? ''}`;
    const asked = await cluster.call(path, { method: 'DELETE' });
    expect(asked).toMatchObject({ status: 202, body: { status: expect.any(String), ending: 'withdrawn' } });
    const frontend = cluster.processes.child('frontend-1');
    await cluster.kill(frontend);
    await cluster.restart(frontend);
    await restartBackends(cluster);
    await cluster.until('the withdrawal is confirmed', async () =>
      submissionSchema.parse((await cluster.call(path)).body).status === 'withdrawn');
    for (const at of [0, 1]) {
      await crowd.send([key], at);
      expect(crowd.replies.get(key)).toMatchObject({ status: 410, code: 'submission_withdrawn' });
    }
    expect((await cluster.list()).filter(({ external_ref: ref }) => ref === key.slice(-64)))
      .toEqual([]);
    await cluster.untilInSync(3);
  });
});
