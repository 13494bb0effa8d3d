import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { submissionPageSchema, submissionSchema } from '../../shared/contract/submission.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { FrontDoor } from '../testing/front-door.ts';
import type { Ask, Reply } from '../testing/front-door.ts';

/** No service ever lives here: what is called is queued. */
const door = new FrontDoor();
beforeAll(() => door.start(1, { expiryMs: 1_500 }));
afterAll(() => door.stop());

const call = (service: string, args: unknown[] = [], ask: Ask = {}): Promise<Reply> =>
  door.ask('POST', `/v1/services/${service}`, { ...ask, body: { args } });
const idOf = ({ json }: Reply): string => submissionSchema.parse(json).id;

/** Asks until it has ended; a test that waits in vain runs into its own limit. */
async function ended(id: string): Promise<Reply> {
  for (;;) {
    const reply = await door.ask('GET', `/v1/submissions/${id}`);
    if (submissionSchema.parse(reply.json).ended_at !== null) return reply;
    await systemClock.sleep(20);
  }
}

describe('a call that nobody takes', () => {
  it('is answered 202 by REST and as a result by JSON-RPC', async () => {
    const reply = await call('no.body', [1]);
    expect(reply).toMatchObject({ status: 202, headers: { 'retry-after': '2' } });
    expect(reply.json).toMatchObject({ status: 'queued', service: 'no.body', order_id: null });
    const answer = await door.rpc({
      jsonrpc: '2.0', id: 1, method: 'service.call', params: { service: 'no.body', args: [2] },
    });
    expect(answer.json).toMatchObject({ result: { status: 'queued', service: 'no.body' } });
    const asked = await door.rpc({
      jsonrpc: '2.0', id: 1, method: 'service.get', params: { service: 'no.body', arg1: '3' },
    });
    expect(asked.json).toMatchObject({ result: { status: 'queued' } });
  });

  it('ends as expired where everybody can see it', async () => {
    const id = idOf(await call('no.body', [3], { headers: { 'idempotency-key': 'expires-1' } }));
    expect((await ended(id)).json).toMatchObject({ status: 'expired', error: null });
    const again = await call('no.body', [3], { headers: { 'idempotency-key': 'expires-1' } });
    expect(again).toMatchObject({ status: 410, json: { code: 'submission_expired' } });
    const page = await door.ask('GET', '/v1/pending-results?limit=200');
    expect(submissionPageSchema.parse(page.json).data.map((one) => one.id)).toContain(id);
  });

  it('is taken back once', async () => {
    const path = `/v1/submissions/${idOf(await call('no.body', [4]))}`;
    expect((await door.ask('DELETE', path)).status).toBe(204);
    expect((await door.ask('DELETE', path)).status).toBe(204);
    expect((await door.ask('GET', path)).json).toMatchObject({ status: 'withdrawn' });
  });

  it('can not be taken back when it has expired', async () => {
    const id = idOf(await call('no.body', [5]));
    await ended(id);
    expect(await door.ask('DELETE', `/v1/submissions/${id}`)).toMatchObject({
      status: 409, json: { code: 'submission_ended', ended_as: 'expired' },
    });
  });

  it('is another call each time without a key, and the same one by GET', async () => {
    const posts = await Promise.all([call('no.twin', [1]), call('no.twin', [1])]);
    expect(new Set(posts.map(idOf)).size).toBe(2);
    const gets = [];
    for (let n = 0; n < 2; n += 1) gets.push(await door.ask('GET', '/v1/services/no.twins/1'));
    expect(new Set(gets.map(idOf)).size).toBe(1);
  });

  it('is seen by its owner and by those who work here, and is not there for others', async () => {
    const as = (account: string): Ask => ({
      headers: {
        authorization: `Bearer ${door.sessions.seal({
          account, session: account, role: 'customer', expires_ms: systemClock.wallMs() + 60_000,
        })}`,
      },
    });
    const [ada, bob] = [as('0199d2c4-5e00-7a3f-8f10-2b6c9d4e1a77'),
      as('0199d2c4-5e00-7a3f-8f10-2b6c9d4e1a78')];
    const id = idOf(await call('no.body', [7], ada));
    const statusFor = async (method: string, ask: Ask): Promise<number> =>
      (await door.ask(method, `/v1/submissions/${id}`, ask)).status;
    expect(await statusFor('GET', ada)).toBe(200);
    expect(await statusFor('GET', {})).toBe(200);
    expect(await statusFor('GET', bob)).toBe(404);
    expect(await statusFor('DELETE', bob)).toBe(404);
    expect(await statusFor('GET', { anonymous: true })).toBe(401);
    await ended(id);
    const results = async (ask: Ask): Promise<string[]> => {
      const { json } = await door.ask('GET', '/v1/pending-results?limit=200', ask);
      return submissionPageSchema.parse(json).data.map((one) => one.id);
    };
    expect(await results(ada)).toEqual([id]);
    expect(await results(bob)).toEqual([]);
  });
});
