import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { PlaceInput } from '../../shared/contract/order.ts';
import { submissionSchema } from '../../shared/contract/submission.ts';
import type { Submission } from '../../shared/contract/submission.ts';
import { must } from '../../shared/runtime/assert.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { FrontDoor } from '../testing/front-door.ts';
import type { Reply } from '../testing/front-door.ts';
import { samplePlace } from '../testing/samples.ts';

let door = new FrontDoor();
afterEach(() => door.stop());

/** A front end whose requests give up after 0.8 s, and whose only back end is busy. */
async function startBusy(
  options: { expiryMs?: number; queueMax?: number } = {},
): Promise<void> {
  door = new FrontDoor();
  await door.start(1, { totalMs: 800, ...options });
  primary().refuseWith = new OrderlyError('overloaded');
}

const primary = () => must(door.cluster.backends[0], 'there is one');

const orderFor = (phone: string): PlaceInput =>
  ({ ...samplePlace(), customer: { name: 'Ada Byron', phone } });

const place = (
  key: string, parts: { order?: PlaceInput; headers?: Record<string, string> } = {},
): Promise<Reply> => door.ask('POST', '/v1/orders', {
  body: parts.order ?? samplePlace(), headers: { 'idempotency-key': key, ...parts.headers },
});

const parsed = (reply: Reply): Submission => submissionSchema.parse(reply.json);

async function queued(key: string, order?: PlaceInput): Promise<Submission> {
  const reply = await place(key, order === undefined ? {} : { order });
  expect(reply.status).toBe(202);
  return parsed(reply);
}

const look = (id: string): Promise<Reply> => door.ask('GET', `/v1/submissions/${id}`);

async function ended(id: string): Promise<Submission> {
  for (let tries = 0; tries < 300; tries++) {
    const submission = parsed(await look(id));
    if (submission.ended_at !== null) return submission;
    await systemClock.sleep(20);
  }
  throw new TypeError(`${id} does not end`);
}

const keysPlaced = (): string[] => door.cluster.executions.map(({ key }) => key);

describe('an order that no primary answers in time', () => {
  it('is answered 202 with where to look, and is placed once a primary takes it', async () => {
    await startBusy();
    const key = randomUUID();
    const reply = await place(key);
    expect(reply.status).toBe(202);
    const submission = parsed(reply);
    expect(reply.headers).toMatchObject({
      location: `/v1/submissions/${submission.id}`, 'retry-after': '2',
    });
    expect(submission).toMatchObject({
      idempotency_key: key, position: 1, ending: null, order_id: null, ended_at: null,
    });
    expect((await look(submission.id)).status).toBe(200);
    primary().refuseWith = null;
    const { order_id: orderId } = await ended(submission.id);
    const done = await look(submission.id);
    expect(done).toMatchObject({
      status: 303, headers: { location: `/v1/orders/${orderId ?? ''}` },
      json: { status: 'placed', position: null, error: null },
    });
    const again = await place(key);
    expect(again).toMatchObject({ status: 201, json: { id: orderId } });
    expect(keysPlaced()).toEqual([key]);
  });

  it('costs the next customers no wait once the outage is known', async () => {
    await startBusy();
    const startMs = systemClock.nowMs();
    await queued(randomUUID());
    const knownMs = systemClock.nowMs();
    await place(randomUUID(), { headers: { prefer: 'respond-async' } });
    expect(systemClock.nowMs() - knownMs).toBeLessThan(knownMs - startMs);
  });

  it('is answered with the order when a primary is back in that moment', async () => {
    await startBusy();
    const first = await queued(randomUUID());
    primary().refuseWith = null;
    await ended(first.id);
    expect((await place(randomUUID())).status).toBe(201);
  });

  it('keeps its submission for its key, and refuses the key for another order', async () => {
    await startBusy();
    const key = randomUUID();
    const { id } = await queued(key);
    expect((await queued(key)).id).toBe(id);
    const other = await place(key, { order: orderFor('+441914960999') });
    expect(other).toMatchObject({ status: 422, json: { code: 'idempotency_key_reused' } });
  });

  it('is refused with a time to come back where the caller asks for that', async () => {
    await startBusy();
    const refused = (): Promise<Reply> =>
      place(randomUUID(), { headers: { prefer: 'respond-async=false' } });
    let reply = await refused();
    // The last try was still under way when the time was up: then nobody knows.
    for (let n = 0; n < 5 && reply.status === 504; n++) reply = await refused();
    expect(reply).toMatchObject({ status: 503, json: { code: 'unavailable' } });
    expect(reply.headers['retry-after']).toBe('1');
  });

  it('is refused with a time to come back when the queue is full', async () => {
    await startBusy({ queueMax: 2 });
    await queued(randomUUID());
    await queued(randomUUID());
    const reply = await place(randomUUID());
    expect(reply).toMatchObject({ status: 503, json: { code: 'overloaded' } });
    expect(reply.headers['retry-after']).toBe('5');
    const ready = await door.ask('GET', '/readyz?verbose&noprimary');
    expect(ready).toMatchObject({ status: 503, json: { checks: { queue: { status: 'fail' } } } });
  });
});

describe('queued orders', () => {
  it('of unknown fate at a failing disk end the program, which reads its file anew', async () => {
    await startBusy();
    door.breakQueueDisk();
    const reply = await place(randomUUID());
    expect(reply.status).toBe(504);
    expect(door.broken).toHaveLength(1);
  });

  it('of one customer are placed in the order of arrival, a later one behind them', async () => {
    await startBusy();
    const keys = Array.from({ length: 4 }, () => randomUUID());
    for (const key of keys.slice(0, 3)) await queued(key);
    primary().refuseWith = null;
    const last = await place(must(keys[3], 'there are four'));
    expect(last.status).toBe(201);
    expect(keysPlaced()).toEqual(keys);
  });

  it('that can never be placed end rejected with the reason, and hold up nobody', async () => {
    await startBusy();
    const [before, bad, after] = [randomUUID(), randomUUID(), randomUUID()];
    const ids = [];
    for (const key of [before, bad, after]) ids.push((await queued(key)).id);
    const errors = [{ pointer: '/delivery/address/postcode', code: 'x', detail: 'No such one.' }];
    door.cluster.refuse.set(
      bad, new OrderlyError('postcode_rejected', 'No such postcode.', { issues: errors }),
    );
    primary().refuseWith = null;
    const ends = await Promise.all(ids.map(ended));
    expect(ends.map(({ status }) => status)).toEqual(['placed', 'rejected', 'placed']);
    expect(ends[1]?.error).toEqual({
      code: 'postcode_rejected', detail: 'No such postcode.', errors,
    });
    expect(keysPlaced()).toEqual([before, after]);
    door.cluster.refuse.clear();
    expect(await place(bad)).toMatchObject({ status: 422, json: { code: 'postcode_rejected' } });
  });

  it('can be taken back; the owner is told so when no copy can be placed any more', async () => {
    await startBusy();
    const key = randomUUID();
    const { id } = await queued(key);
    const asked = await door.ask('DELETE', `/v1/submissions/${id}`);
    expect(asked).toMatchObject({ status: 202, json: { ending: 'withdrawn', ended_at: null } });
    primary().refuseWith = null;
    expect(await ended(id)).toMatchObject({ status: 'withdrawn', order_id: null });
    expect((await door.ask('DELETE', `/v1/submissions/${id}`)).status).toBe(204);
    expect(await place(key)).toMatchObject({ status: 410, json: { code: 'submission_withdrawn' } });
    expect(keysPlaced()).toEqual([]);
  });

  it('can not be taken back once they are placed', async () => {
    await startBusy();
    const { id } = await queued(randomUUID());
    primary().refuseWith = null;
    const { order_id: orderId } = await ended(id);
    expect(await door.ask('DELETE', `/v1/submissions/${id}`)).toMatchObject({
      status: 409, json: { code: 'submission_ended', ended_as: 'placed', order_id: orderId },
    });
  });

  it('expire when no primary took them in time, and are not placed later', async () => {
    await startBusy({ expiryMs: 100 });
    const key = randomUUID();
    const { id } = await queued(key);
    await systemClock.sleep(150);
    primary().refuseWith = null;
    expect(await ended(id)).toMatchObject({ status: 'expired', order_id: null });
    expect(await place(key)).toMatchObject({ status: 410, json: { code: 'submission_expired' } });
    expect(keysPlaced()).toEqual([]);
  });

  it('that were placed though no answer came are reported as placed, not as expired', async () => {
    await startBusy({ expiryMs: 600 });
    primary().refuseWith = null;
    primary().silentAfterWork = true;
    const { id } = await queued(randomUUID());
    await systemClock.sleep(200);
    primary().silentAfterWork = false;
    expect(await ended(id)).toMatchObject({ status: 'placed' });
    expect(keysPlaced()).toHaveLength(1);
  });

  it('that have ended are listed page by page, in the order of ending', async () => {
    await startBusy();
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push((await queued(randomUUID())).id);
    primary().refuseWith = null;
    await Promise.all(ids.map(ended));
    const first = await door.ask('GET', '/v1/pending-results?limit=2');
    expect(first.json).toMatchObject({ data: [{ id: ids[0] }, { id: ids[1] }] });
    const { next_cursor: cursor } = first.json as { next_cursor: string };
    const second = await door.ask('GET', `/v1/pending-results?limit=2&cursor=${cursor}`);
    expect(second.json).toEqual({
      data: [expect.objectContaining({ id: ids[2], status: 'placed' })], next_cursor: null,
    });
  });

  it('are not found under other ids, and not shown to strangers', async () => {
    await startBusy();
    const { id } = await queued(randomUUID());
    expect((await look(randomUUID())).status).toBe(404);
    expect((await door.ask('DELETE', `/v1/submissions/${randomUUID()}`)).status).toBe(404);
    for (const [method, path] of [
      ['GET', `/v1/submissions/${id}`], ['DELETE', `/v1/submissions/${id}`],
      ['GET', '/v1/pending-results'],
    ] as const) {
      expect((await door.ask(method, path, { anonymous: true })).status).toBe(401);
    }
  });

  it('are the same in JSON-RPC', async () => {
    await startBusy();
    const params = { ...samplePlace(), idempotency_key: randomUUID() };
    const call = async (method: string, given: object): Promise<unknown> =>
      (await door.rpc({ jsonrpc: '2.0', id: 1, method, params: given })).json;
    const reply = await call('order.create', params);
    expect(reply).toMatchObject({ result: { idempotency_key: params.idempotency_key } });
    const { id } = submissionSchema.parse((reply as { result: unknown }).result);
    primary().refuseWith = null;
    await ended(id);
    const asked = { submission_id: id };
    expect(await call('submission.get', asked)).toMatchObject({ result: { status: 'placed' } });
    expect(await call('submission.withdraw', asked))
      .toMatchObject({ error: { data: { code: 'submission_ended' } } });
    expect(await call('submission.results', {})).toMatchObject({ result: { data: [{ id }] } });
  });
});
