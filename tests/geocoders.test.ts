import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { orderEventSchema } from '../shared/contract/order.ts';
import type { PlaceInput } from '../shared/contract/order.ts';
import type { FaultRuleInput } from '../tools/geocoder-standin/fault-rules.ts';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';

type Service = 'primary' | 'secondary';
const both: Service[] = ['primary', 'secondary'];

const orderTo = (postcode: string): PlaceInput =>
  anOrder({ delivery: { address: { line1: '1 Test Street', postcode } } });

const eventsSchema = z.object({ data: z.array(orderEventSchema) });

describe('geocoders are weather', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start({ backends: 1 }); });
  afterAll(() => cluster.stop());
  afterEach(async () => {
    for (const service of both) {
      await control(service, '/rules', 'DELETE');
      await control(service, '/listening', 'PUT', { mode: 'up' });
    }
  });

  async function control(
    service: Service, path: string, ...[method, body]: ['PUT' | 'POST' | 'DELETE', unknown?]
  ): Promise<void> {
    const reply = await send(`${cluster.geocoders[service].controlUrl}${path}`, { method, body });
    expect(reply.status).toBeLessThan(300);
  }

  const listening = (service: Service, mode: 'up' | 'down' | 'silent'): Promise<void> =>
    control(service, '/listening', 'PUT', { mode });
  const fault = (service: Service, action: FaultRuleInput['action']): Promise<void> =>
    control(service, '/rules', 'POST', { action });

  it('one look-up serves every order to the same postcode, however it is written', async () => {
    const first = await cluster.placed(orderTo('M13 0XR'));
    for (const spelling of ['m13 0xr', 'M130XR', '  m13  0XR ']) {
      const key = newKey();
      const order = await cluster.placed(orderTo(spelling), key);
      expect(order.delivery?.address.postcode).toBe('M13 0XR');
      expect(order.delivery?.position).toEqual(first.delivery?.position);
    }
    const { body } = await send(`${cluster.geocoders.primary.controlUrl}/requests`);
    const asked = z.array(z.looseObject({ target: z.string() })).parse(body)
      .filter(({ target }) => /M13.*0XR/i.test(target));
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['answers 500', 'AB10 1AB', { kind: 'respond', status: 500 }],
    ['answers HTML with 200', 'AB11 9NT', { kind: 'html', status: 200 }],
    ['hangs', 'CF3 3HX', { kind: 'hang', stage: 'before_headers' }],
    ['cuts its answer off', 'CF5 4SZ', { kind: 'truncate' }],
  ] as const)('the first one %s: the second one is asked, in time', async (_, postcode, action) => {
    await fault('primary', action);
    const order = await cluster.placed(orderTo(postcode));
    expect(order.delivery?.geocode).toMatchObject({ status: 'resolved', source: 'secondary' });
    expect(typeof order.delivery?.position?.lat).toBe('number');
  });

  it('a slow look-up (8 s) holds up its own order for a bounded time and nobody else', async () => {
    await fault('primary', { kind: 'delay', ms: 8_000 });
    await fault('secondary', { kind: 'delay', ms: 8_000 });
    const slow = cluster.place(orderTo('LS9 0AY'));
    const others = await Promise.all([
      cluster.call('/v1/menu'), cluster.call('/v1/orders'), cluster.call('/v1/cluster'),
    ]);
    for (const { status, tookMs } of others) {
      expect(status).toBe(200);
      expect(tookMs).toBeLessThan(2_000);
    }
    const reply = await slow;
    expect(reply.status).toBe(201);
    expect(reply.tookMs).toBeLessThan(5_000);
    expect(reply.body).toMatchObject({ delivery: { geocode: { status: 'unverified' } } });
  });

  it('both down: the order is taken unverified, and verified once one is back', async () => {
    for (const service of both) await listening(service, 'down');
    const order = await cluster.placed(orderTo('DH1 4SW'));
    expect(order.delivery?.geocode).toMatchObject({ status: 'unverified', source: 'none' });
    expect(order.delivery?.position).toBeNull();
    expect(await cluster.call('/v1/geocode?postcode=LS1%204AP'))
      .toMatchObject({ status: 503, code: 'geocoder_unavailable' });
    for (const service of both) await listening(service, 'up');
    await cluster.until('its address is checked', async () =>
      (await cluster.get(order.id)).delivery?.geocode.status === 'resolved', 40_000);
    const verified = await cluster.get(order.id);
    expect(verified.delivery?.position).not.toBeNull();
    expect(verified.version).toBe(order.version + 1);
    const { body } = await cluster.call(`/v1/orders/${order.id}/events`);
    expect(eventsSchema.parse(body).data.map(({ type }) => type)).toEqual(['placed', 'geocoded']);
  });

  it('an unknown postcode is refused as such, not as an outage', async () => {
    const reply = await cluster.place(orderTo('ZZ1 1ZZ'));
    expect(reply).toMatchObject({ status: 422, code: 'postcode_rejected' });
  });
});
