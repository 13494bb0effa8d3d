import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adviceFor } from '../client/messages.ts';
import { publicCodes } from '../frontend-server/documents/openapi-errors.ts';
import { operations } from '../frontend-server/operations/table.ts';
import { ERRORS } from '../shared/contract/errors.ts';
import type { ErrorCode } from '../shared/contract/errors.ts';
import { TestCluster, anOrder, newKey } from './cluster.ts';
import type { Sent } from './cluster.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['backend-server', 'client', 'frontend-server', 'shared', 'tests', 'tools'];

function* testFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* testFiles(path);
    else if (entry.name.endsWith('.test.ts')) yield path;
  }
}

/** Statements of a test that hold something to be true, without comments. */
function assertionsIn(path: string): string {
  const code = readFileSync(path, 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  return code.split(';').filter((statement) => /expect|refus|toThrow/i.test(statement)).join(';');
}

/** Codes that need a state which no test brings about from outside, with the reason. */
const unprovoked: Readonly<Partial<Record<ErrorCode, string>>> = {
  request_timeout: 'slow-clients.test.ts reads the text of the answer, and waits for it 9 s',
};

describe('the error table', () => {
  it('has for each code that callers may see a test that expects it', () => {
    const asserted = folders.flatMap((folder) => [...testFiles(join(root, folder))])
      .map(assertionsIn).join('\n');
    const missing = publicCodes.filter((code) =>
      unprovoked[code] === undefined && !asserted.includes(`'${code}'`));
    expect(missing).toEqual([]);
  });

  it('is known to the command line client, with an exit code that fits its status', () => {
    const wrong = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => {
      const { http, exit } = ERRORS[code];
      if (adviceFor[code] === '') return true;
      if (http === 503 || http === 504) return exit !== 3;
      return http === 404 ? ![1, 6].includes(exit) : exit === 6;
    });
    expect(wrong).toEqual([]);
  });
});

describe('a running system', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start(); });
  afterAll(() => cluster.stop());

  const change = (path: string, sent: Sent): Promise<string> =>
    cluster.call(path, { method: 'POST', ...sent }).then(({ code }) => code);

  it('says which version is meant, and when an order can not be amended', async () => {
    const { id } = await cluster.placed();
    const path = `/v1/orders/${id}`;
    const amend = (headers: Record<string, string>): Promise<string> =>
      change(path, { method: 'PATCH', body: { notes: 'Knock.' }, headers });
    expect(await amend({})).toBe('precondition_required');
    expect(await amend({ 'if-match': '7' })).toBe('invalid_request');
    expect(await amend({ 'if-match': '"v9"' })).toBe('version_mismatch');
    await cluster.cancel(id);
    expect(await amend({ 'if-match': '"v2"' })).toBe('not_amendable');
  });

  it('refuses what a shop does not take', async () => {
    const keyed = () => ({ 'idempotency-key': newKey(), prefer: 'respond-async=false' });
    const example = operations.find(({ name }) => name === 'shop.create')?.example.params;
    const hours = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, opens: '00:00', closes: '24:00' }));
    const shop = { ...example, id: 'corner', hours };
    expect(await change('/v1/shops', { body: shop, headers: keyed() })).toBe('');
    expect(await change('/v1/shops', { body: shop, headers: keyed() })).toBe('shop_exists');
    const one = anOrder({ shop_id: 'corner', lines: [{ sku: 'marinara', quantity: 1 }] });
    expect(await change('/v1/orders', { body: one, headers: keyed() })).toBe('out_of_range');
    const near = {
      ...one, delivery: { address: { line1: '8 North Road', postcode: 'DH1 4SW' } },
    };
    expect(await change('/v1/orders', { body: near, headers: keyed() })).toBe('below_minimum');
    await change('/v1/shops/main/accepting', { body: { state: 'closed' } });
    expect(await change('/v1/orders', { body: anOrder(), headers: keyed() })).toBe('shop_closed');
    await change('/v1/shops/main/accepting', { body: { state: 'open' } });
  });
});
