import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterStatusSchema } from '../shared/contract/frontend.ts';
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

/** A thousand orders; the machine may do other things as well. */
const placedWithinMs = 80_000;

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

  /** Sends them all until each was answered: a front end with too much to do may refuse some. */
  async queue(frontend: number): Promise<void> {
    const isOver = (key: string): boolean => (this.replies.get(key)?.status ?? 503) !== 503;
    await this.send(this.keys, frontend);
    while (!this.keys.every(isOver)) {
      await this.send(this.keys.filter((key) => !isOver(key)), frontend);
    }
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
    await cluster.until('all are placed',
      async () => (await found()).length >= wanted.size, placedWithinMs);
    const placed = await found();
    expect(placed).toHaveLength(wanted.size);
    expect(new Set(placed)).toEqual(wanted);
  }
}

/** One outage, step by step: each test goes on where the one before ended. */
describe('while no back end runs', () => {
  let cluster: TestCluster;
  let crowd: Crowd;
  let twice: Crowd;
  let many: Crowd;
  let takenBack: Crowd;
  beforeAll(async () => {
    cluster = await TestCluster.start({ frontends: 2 });
    [crowd, twice, many, takenBack] = [
      new Crowd(cluster, 20, 7), new Crowd(cluster, 20, 5), new Crowd(cluster, 960, 200),
      new Crowd(cluster, 1, 1),
    ];
    await cluster.placed();
    for (const backend of cluster.processes.backends) await cluster.kill(backend);
  });
  afterAll(() => cluster.stop());

  const restartFrontend = async (): Promise<void> => {
    const frontend = cluster.processes.child('frontend-1');
    await cluster.kill(frontend);
    await cluster.restart(frontend);
  };
  /** Counted by the back ends: a list of a thousand takes long when it is read again and again. */
  const untilPlaced = (goal: number): Promise<void> =>
    cluster.until(`${goal} are placed`, async () => {
      const { body } = await cluster.call('/v1/cluster', {}, 1);
      return clusterStatusSchema.parse(body).members.some(({ orders }) => (orders ?? 0) >= goal);
    }, placedWithinMs);
  const submissionPath = (): string => `/v1/submissions/${takenBack.submissions()[0]?.id ?? ''}`;

  it('orders are answered 202, at once when the outage is known', async () => {
    await crowd.send(crowd.keys.slice(0, 10));
    expect(crowd.statuses()).toEqual([202]);
    const knownAtMs = performance.now();
    await crowd.send(crowd.keys.slice(10, 12));
    figure('answered 202 once the outage is known after', performance.now() - knownAtMs);
    expect(performance.now() - knownAtMs).toBeLessThan(2_000);
  });

  it('a front end that is killed while it stores orders has each that it answered', async () => {
    const sending = crowd.send(crowd.keys.slice(12));
    await systemClock.sleep(20);
    await restartFrontend();
    await sending;
    const before = new Map(crowd.replies);
    await crowd.send(crowd.keys);
    expect(crowd.statuses()).toEqual([202]);
    for (const [key, { body }] of before) {
      expect(crowd.replies.get(key)?.body).toMatchObject({ id: submissionSchema.parse(body).id });
    }
  });

  it('a withdrawal is remembered through a kill', async () => {
    await takenBack.send(takenBack.keys);
    const asked = await cluster.call(submissionPath(), { method: 'DELETE' });
    expect(asked).toMatchObject({ status: 202, body: { ending: 'withdrawn' } });
    await Promise.all([twice.queue(0), twice.queue(1), many.queue(0)]);
    expect([...twice.statuses(), ...many.statuses()]).toEqual([202, 202]);
    await restartFrontend();
    expect((await cluster.call(submissionPath())).body).toMatchObject({ ending: 'withdrawn' });
  });

  it('with the back ends back each is placed once, though front end and primary are killed in it',
    async () => {
      const atMs = performance.now();
      await Promise.all(cluster.processes.backends.map((backend) => cluster.restart(backend)));
      await untilPlaced(30);
      await restartFrontend();
      await untilPlaced(300);
      const primary = await cluster.primary();
      await cluster.kill(primary);
      await cluster.restart(primary);
      await untilPlaced(600);
      await restartFrontend();
      await untilPlaced(1 + crowd.keys.length + twice.keys.length + many.keys.length);
      for (const each of [crowd, twice, many]) await each.expectPlacedOnce();
      figure('1,000 queued orders placed after the back ends started', performance.now() - atMs);
    });

  it('their submissions lead to the orders, and so do their keys at either front end', async () => {
    for (const { id } of crowd.submissions()) {
      const reply = await cluster.call(`/v1/submissions/${id}`);
      expect(reply).toMatchObject({ status: 303, body: { status: 'placed' } });
    }
    await twice.send(twice.keys, 0);
    expect(twice.statuses()).toEqual([201]);
    const first = [...twice.replies.values()].map(({ body }) => body);
    await twice.send(twice.keys, 1);
    expect([...twice.replies.values()].map(({ body }) => body)).toEqual(first);
  });

  it('what was taken back is not placed, whichever front end gets it again', async () => {
    await cluster.until('the withdrawal is confirmed', async () => {
      const { body } = await cluster.call(submissionPath());
      return submissionSchema.parse(body).status === 'withdrawn';
    });
    const [key = ''] = takenBack.keys;
    for (const at of [0, 1]) {
      await takenBack.send([key], at);
      expect(takenBack.replies.get(key)).toMatchObject({
        status: 410, code: 'submission_withdrawn',
      });
    }
    const references = (await cluster.list()).map(({ external_ref: ref }) => ref);
    expect(references).not.toContain(key.slice(-64));
  });
});
