import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../nameserver/testing/running-service.ts';
import { replicaMethods } from '../shared/contract/replica.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import { silentLogger } from '../shared/runtime/logger.ts';
import { RpcClient } from '../shared/rpc/client.ts';
import { implement, type RpcServer, serveRpc } from '../shared/rpc/server.ts';
import { secretOf } from '../shared/rpc/testing/echo-server.ts';
import { fetchSnapshot } from './snapshot-fetch.ts';
import { openMemoryStorage } from './storage/memory-storage.ts';

const self = { clusterId: '0'.repeat(32), storeId: 'a'.repeat(32), boot: 1 };
const from = 'b'.repeat(32);
const snapshotId = 'e'.repeat(32);
const content = randomBytes(1_300_000);

describe('fetchSnapshot', () => {
  let dir = '';
  let server: RpcServer;
  let client: RpcClient;
  const asked: { offset: number; length: number }[] = [];
  /** What the other side really has. */
  let served = content;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'orderly-fetch-'));
    const read = implement(replicaMethods.snapshotRead, async (params) => {
      const { offset, length } = params;
      if (params.snapshotId !== snapshotId) throw new OrderlyError('not_found');
      asked.push({ offset, length });
      const data = served.subarray(offset, offset + length).toString('base64');
      return { data, total: served.length };
    });
    server = await serveRpc({
      secret: secretOf('ours'), host: '127.0.0.1', port: 0, methods: [read], logger: silentLogger,
    });
    client = new RpcClient({
      secret: secretOf('ours'), identity: { class: 'peer', id: 'x' }, address: server.address,
    });
  });
  beforeEach(() => {
    served = content;
    asked.length = 0;
  });
  afterAll(async () => {
    client.close();
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const offer = (parts: object = {}) => ({
    base: { lsn: 9, epoch: 1 }, snapshotId, bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'), ...parts,
  });
  const fetch = (parts: object = {}) =>
    fetchSnapshot({ client, self, from, dir, offer: offer(parts) });

  it('puts the pieces together in a file, one piece after the other', async () => {
    const file = await fetch();
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(asked.map(({ offset }) => offset)).toEqual([0, 524_288, 1_048_576]);
    rmSync(file);
  });

  it.each([
    ['was cut short', () => { served = content.subarray(0, 600_000); }],
    ['has grown', () => { served = Buffer.concat([content, content]); }],
    ['is empty', () => { served = Buffer.alloc(0); }],
  ])('gives up, and leaves no file, when the snapshot %s', async (_what, happen) => {
    happen();
    expect(await codeOf(fetch())).toBe('unavailable');
    expect(readdirSync(dir)).toEqual([]);
  });

  it('leaves no file when the snapshot is not there any more', async () => {
    expect(await codeOf(fetch({ snapshotId: 'd'.repeat(32) }))).toBe('not_found');
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    ['with another hash than was offered', 'f'.repeat(64)],
    ['that is no snapshot of this cluster', undefined],
  ])('fetches a file %s, which storage refuses to install', async (_what, sha256) => {
    const storage = openMemoryStorage();
    await storage.setClusterId(self.clusterId);
    served = Buffer.from(JSON.stringify({ clusterId: '1'.repeat(32), base: { lsn: 9, epoch: 1 } }));
    const right = createHash('sha256').update(served).digest('hex');
    const offered = offer({ bytes: served.length, sha256: sha256 ?? right });
    const file = await fetch(offered);
    expect(await codeOf(storage.installSnapshot(file, offered))).toBe('invalid_params');
    expect(await storage.countOrders()).toBe(0);
    expect(existsSync(file)).toBe(false);
  });
});
