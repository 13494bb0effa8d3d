import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callRaw, codeOf, RunningService } from '../nameserver/testing/running-service.ts';
import { replicaMethods } from '../shared/contract/replica.ts';
import type { View } from '../shared/contract/view.ts';
import type { RpcClient } from '../shared/rpc/client.ts';
import { sealView } from '../shared/rpc/view-seal.ts';
import { secretOf } from '../shared/rpc/testing/echo-server.ts';
import { badInput } from '../tests/bad-input.ts';
import { aPlace, aGeocoder, aSubmit, RunningStore, until } from './testing/running-store.ts';

const other = 'c'.repeat(32);
const megabyte = 'x'.repeat(1_048_576);
const secret = secretOf('ours');

/** A primary and a backup in sync, each with its real methods behind a real port. */
describe('a back end under hostile input', () => {
  let names: RunningService;
  let places: Awaited<ReturnType<typeof aGeocoder>>;
  let primary: RunningStore;
  let backup: RunningStore;
  let view: View;
  let frontend: RpcClient;
  let peer: RpcClient;
  beforeAll(async () => {
    names = await RunningService.start();
    places = await aGeocoder();
    primary = await RunningStore.start({ names, geocoder: places.geocoder });
    await primary.untilServing();
    backup = await RunningStore.start({ names, geocoder: places.geocoder });
    await until('both are in sync', async () =>
      backup.replica.news?.view.inSync.length === 2
      && primary.replica.news?.view.inSync.length === 2);
    view = (await names.view()) ?? expect.fail('no view');
    frontend = primary.client();
    peer = backup.client('peer');
  });
  afterAll(async () => {
    await primary.kill();
    await backup.kill();
    await places.close();
    await names.stop();
  });

  /** What must not change: the log of the backup, its view, the number of orders. */
  const held = async () => {
    const { lastLsn, viewNumber, docHash, epoch, role, base } = backup.replica.status();
    const orders = await backup.parts.storage.countOrders();
    return { lastLsn, viewNumber, docHash, epoch, role, base, orders };
  };
  const settled = () => until('the backup has all that the primary has', async () =>
    backup.replica.status().commitLsn === primary.replica.status().lastLsn);
  const stillTakesOrders = async (): Promise<void> => {
    expect((await primary.submit(aPlace())).order.status).toBe('placed');
    expect([...primary.ends, ...backup.ends]).toEqual([]);
  };

  const entry = (lsn: number, parts: object = {}) =>
    ({ lsn, epoch: view.epoch, kind: 'op', opId: 'forged', payload: '{}', ...parts });
  const append = (parts: object = {}) => ({
    kind: 'append', epoch: view.epoch, viewNumber: view.viewNumber, seq: 1, prevLsn: 0,
    prevEpoch: 0, entries: [], commitLsn: 0, view: null, ...parts,
  });
  const appended = (...entries: object[]) => ({ messages: [append({ entries })] });
  const deliver = (message: object, parts: object = {}) => ({
    clusterId: view.clusterId, from: { storeId: primary.id, boot: 1 }, to: backup.id,
    messages: [message], ...parts,
  });
  const piece = (parts: object = {}) => ({
    clusterId: view.clusterId, from: { storeId: other, boot: 1 }, to: backup.id,
    snapshotId: 'a'.repeat(32), offset: 0, length: 10, ...parts,
  });
  const forged = (parts: Partial<View>): View =>
    ({ ...view, viewNumber: view.viewNumber + 1, epoch: view.viewNumber + 1, primary: other,
      reason: 'forged', ...parts });

  it.each([
    ['quantity 0', () => aPlace('SW1A 1AA', 0)],
    ['quantity -1', () => aPlace('SW1A 1AA', -1)],
    ['quantity 1.5', () => aPlace('SW1A 1AA', 1.5)],
    ['quantity 2^53', () => aPlace('SW1A 1AA', 2 ** 53)],
    ['a postcode of a megabyte', () => aPlace(megabyte)],
    ['an operation nobody knows', () => ({ operation: 'order.steal' })],
    ['an order id that is SQL', () =>
      ({ operation: 'order.cancel', order_id: "'; DROP TABLE orders;--", input: {} })],
    ['a field of its own', () => ({ ...aPlace(), admin: true })],
    ['no request', () => null],
  ])('refuses an order with %s', async (_what, request) => {
    const before = await primary.parts.storage.countOrders();
    const params = { ...aSubmit(aPlace()), request: request() };
    expect(await codeOf(callRaw(frontend, 'orders.submit', params))).toBe('invalid_params');
    expect(await primary.parts.storage.countOrders()).toBe(before);
  });

  it.each([
    ['a key of seven characters', { key: 'x'.repeat(7) }],
    ['a key of a megabyte', { key: megabyte }],
    ['a key with a line break', { key: 'key-1234\n' }], ['a key that is no string', { key: {} }],
    ['a fingerprint that is none', { fingerprint: 'x' }],
    ['a negative viewNumber', { viewNumber: -1 }], ['viewNumber 2^53', { viewNumber: 2 ** 53 }],
    ['a principal of its own making', { principal: { kind: 'root', id: null } }],
  ])('refuses an order with %s', async (_what, how) => {
    const params = { ...aSubmit(aPlace()), ...how };
    expect(await codeOf(callRaw(frontend, 'orders.submit', params))).toBe('invalid_params');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'takes the key %s like any other', async (word) => {
      const key = word.padEnd(9, '_');
      const first = await primary.submit(aPlace(), { key });
      expect((await primary.submit(aPlace(), { key })).order.id).toBe(first.order.id);
    });

  it.each([
    ['an order id that is none', { query: 'order.get', order_id: '1 OR 1=1' }],
    ['a limit of 0', { query: 'order.list', filter: { limit: 0 } }],
    ['a limit of 1e9', { query: 'order.list', filter: { limit: 1e9 } }],
    ['a cursor that is a path', { query: 'order.list', filter: { cursor: '../x' } }],
    ['a query nobody knows', { query: 'secrets.get' }],
    ['a name of a megabyte', { query: 'order.list', filter: { number: megabyte } }],
  ])('refuses a read with %s', async (_what, query) => {
    const params = { viewNumber: 1, stale: false, query };
    expect(await codeOf(callRaw(frontend, 'orders.read', params))).toBe('invalid_params');
  });

  it('answers a forged cursor with an error or an empty page, never with a failure', async () => {
    const query = { query: 'order.list', filter: { cursor: 'Zm9yZ2Vk' } };
    const asked = callRaw(frontend, 'orders.read', { viewNumber: 1, stale: false, query });
    expect(['ok', 'invalid_params']).toContain(await codeOf(asked));
  });

  it.each([
    ['another store', { to: other }], ['another cluster', { clusterId: '1'.repeat(32) }],
  ])('refuses what was meant for %s', async (_what, parts) => {
    const message = append({ entries: [entry(1)] });
    expect(await codeOf(callRaw(peer, 'replica.deliver', deliver(message, parts))))
      .toBe('wrong_cluster');
    expect(await codeOf(callRaw(peer, 'replica.snapshotRead', piece(parts)))).toBe('wrong_cluster');
  });

  it.each([
    ['a wrong seal', () => forged({})],
    ['the seal of another view', () => ({ ...sealView(secret, forged({})), primary: backup.id })],
    ['a seal of another cluster', () => sealView(secretOf('another'), forged({}))],
    ['another group', () => sealView(secret, forged({ group: 'other' }))],
    ['a lower number', () => sealView(secret, forged({ viewNumber: 1, epoch: 1 }))],
  ])('does not adopt a view with %s', async (_what, made) => {
    const before = await held();
    const params = { to: backup.id, news: { view: made(), dead: [] } };
    expect(await codeOf(callRaw(peer, 'replica.news', params))).toBe('ok');
    expect(await held()).toEqual(before);
  });

  it.each([
    ['of another cluster', () => ({ clusterId: '1'.repeat(32) }), 'wrong_cluster'],
    ['with a negative number', () => ({ viewNumber: -1 }), 'invalid_params'],
    ['with number 2^53', () => ({ viewNumber: 2 ** 53 }), 'invalid_params'],
    ['without members', () => ({ inSync: [] }), 'invalid_params'],
    ['with an address that is a URL', () => ({ addresses: { [other]: 'http://x/' } }),
      'invalid_params'],
  ] as const)('refuses a view %s', async (_what, parts, code) => {
    const params = { to: backup.id, news: { view: { ...view, ...parts() }, dead: [] } };
    expect(await codeOf(callRaw(peer, 'replica.news', params))).toBe(code);
  });

  it.each([
    ['peer', 'orders.submit'], ['peer', 'replica.setDown'], ['frontend', 'replica.deliver'],
    ['frontend', 'replica.news'], ['operator', 'replica.snapshotRead'], ['operator', 'orders.read'],
  ] as const)('forbids a %s to call %s', async (of, method) => {
    expect(await codeOf(callRaw(backup.client(of), method, {}))).toBe('forbidden');
  });

  it.each([['"yes"', 'yes'], ['1', 1], ['null', null], ['nothing', undefined]])(
    'is not switched down by %s', async (_what, down) => {
      const operator = backup.client('operator');
      expect(await codeOf(callRaw(operator, 'replica.setDown', { down }))).toBe('invalid_params');
      const status = await operator.call(replicaMethods.status, {}, { deadlineMs: 3000 });
      expect(status.down).toBe(false);
    });

  it('gives no stack, path or SQL away in an error', async () => {
    const asked = callRaw(frontend, 'orders.read', { viewNumber: 1, stale: false, query: {} });
    await expect(asked).rejects.toSatisfy((error: unknown) =>
      !/node_modules|\.ts:|SELECT|\/work|at \w+ \(/.test(
        `${String(error)}${JSON.stringify(Reflect.get(error as object, 'data'))}`));
  });

  it('goes on taking orders after all of it', stillTakesOrders);

  type Made = [what: string, make: () => object];

  const badIds: Made[] = [
    ['a storeId like a prototype', () => ({ from: { storeId: '__proto__', boot: 1 } })],
    ['a storeId of a megabyte', () => ({ to: megabyte })],
    ['an empty clusterId', () => ({ clusterId: '' })],
    ['an empty storeId', () => ({ from: { storeId: '', boot: 1 } })],
  ];

  const strange: Made[] = [
    ['a lower epoch', () => append({ epoch: view.epoch - 1, entries: [entry(1)] })],
    ['an epoch nobody has heard of', () => append({ epoch: view.epoch + 7 })],
    ['a prevLsn beyond the log', () => append({ prevLsn: 9999, entries: [entry(10_000)] })],
    ['prevLsn 2^53 - 1', () => append({ prevLsn: 2 ** 53 - 1 })],
    ['a gap in the entries', () => append({ entries: [entry(1), entry(3)] })],
    ['entries that do not follow prevLsn', () => append({ entries: [entry(5)] })],
    ['entries of a later epoch', () => append({ entries: [entry(1, { epoch: view.epoch + 1 })] })],
    ['a payload that is no command', () => append({ epoch: view.epoch - 1, entries: [
      entry(1, { payload: '"source":"primary"' }),
      entry(2, { payload: '{"source":"primary","kind":"order.place"}' }),
    ] })],
    ['an acknowledgement for nobody', () => ({ kind: 'ack', epoch: view.epoch, ok: true,
      viewNumber: 1, matchLsn: 9999, seq: 9999, hint: 0, fsyncMs: 0, stateHash: null })],
    ['a view with a wrong seal', () => append({ view: forged({}) })],
    ['a view of another cluster, well sealed', () =>
      append({ view: sealView(secret, forged({ clusterId: '1'.repeat(32) })) })],
    ['a rejection with a forged view', () =>
      ({ kind: 'reject', epochSeen: 99, view: forged({}) })],
  ];

  const malformed: Made[] = [
    ['257 messages', () => ({ messages: Array.from({ length: 257 }, () => append()) })],
    ['a message nobody knows', () => ({ messages: [{ kind: 'drop' }] })],
    ['a negative lsn', () => appended(entry(-1))],
    ['lsn 2^53', () => appended(entry(2 ** 53))],
    ['a negative boot', () => ({ from: { storeId: other, boot: -1 } })],
    ['a payload of a megabyte', () => appended(entry(1, { payload: megabyte }))],
    ['1,025 entries', () => appended(...Array.from({ length: 1025 }, () => entry(1)))],
    ['a snapshot id with a path', () => ({ messages: [{ kind: 'snapshot', epoch: 1, viewNumber: 1,
      seq: 1, base: { lsn: 99, epoch: 1 }, snapshotId: '../../../x', bytes: 1,
      sha256: 'f'.repeat(64), view: null }] })],
  ];

  const pieces: [what: string, parts: object, code: string][] = [
    ['an id that is a path', { snapshotId: '../../etc/passwd' }, 'invalid_params'],
    ['an id that is unknown', {}, 'not_found'],
    ['a negative offset', { offset: -1 }, 'invalid_params'],
    ['offset 2^53', { offset: 2 ** 53 }, 'invalid_params'],
    ['length 0', { length: 0 }, 'invalid_params'],
    ['a length of a gigabyte', { length: 2 ** 30 }, 'invalid_params'],
  ];

  async function expectRefusedDeliveries(table: readonly Made[]): Promise<void> {
    const before = await held();
    for (const [what, parts] of table) {
      const params = deliver(append(), parts());
      expect(await codeOf(callRaw(peer, 'replica.deliver', params)), what).toBe('invalid_params');
    }
    expect(await held()).toEqual(before);
  }

  const fromOther = { from: { storeId: other, boot: 1 } };

  badInput('a back end', {
    async 110() {
      // A store that claims to be another, of an older start, is not heard.
      await settled();
      const before = await held();
      const older = deliver(append({ entries: [entry(before.lastLsn + 1)] }), {
        from: { storeId: primary.id, boot: 0 },
      });
      await codeOf(callRaw(peer, 'replica.deliver', older));
      expect(await held()).toEqual(before);
    },
    111: () => expectRefusedDeliveries(badIds),
    async 116() {
      await expectRefusedDeliveries(malformed);
      await settled();
      const before = await held();
      for (const [what, message] of strange) {
        const params = deliver(message());
        expect(await codeOf(callRaw(peer, 'replica.deliver', params)), what).toBe('ok');
        await callRaw(peer, 'replica.status', {});
        expect(await held(), what).toEqual(before);
      }
      const { lastLsn, lastEpoch } = backup.replica.status();
      const message = append({
        prevLsn: lastLsn, prevEpoch: lastEpoch, entries: [entry(lastLsn + 1)],
        commitLsn: lastLsn + 1,
      });
      await callRaw(peer, 'replica.deliver', deliver(message, fromOther));
      expect(await held()).toEqual(before);
    },
    async 117() {
      await settled();
      const before = backup.parts.disk.log.map(({ opId }) => opId);
      const message = append({ entries: [entry(1, { epoch: 0 })] });
      await callRaw(peer, 'replica.deliver', deliver(message));
      await until('the backup has stopped', async () => backup.ends.length > 0);
      expect(backup.ends).toEqual(['entry 1 of the primary differs from a committed one']);
      expect(backup.parts.disk.log.map(({ opId }) => opId)).toEqual(before);
    },
    async 118() {
      const before = await held();
      for (const [what, parts, code] of pieces) {
        const asked = callRaw(peer, 'replica.snapshotRead', piece(parts));
        expect(await codeOf(asked), what).toBe(code);
      }
      expect(await held()).toEqual(before);
    },
  });
});
