import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { guardedLookup, readBaseUrl } from '../backend-server/geocoding/base-url.ts';
import { FrontDoor } from '../frontend-server/testing/front-door.ts';
import { samplePlace } from '../frontend-server/testing/samples.ts';
import { createLogger } from '../shared/runtime/logger.ts';
import { openTestBed } from '../tools/geocoder-standin/testing/test-bed.ts';
import { badInput } from './bad-input.ts';
import { runOrderly } from './orderly-run.ts';
import type { Ended } from './orderly-run.ts';

/** What programs are started with, what web services answer, what gets into logs. */

let home: string;
beforeAll(() => { home = mkdtempSync(join(tmpdir(), 'orderly-')); });
afterAll(() => { rmSync(home, { recursive: true, force: true }); });

const start = (args: string[], env: Record<string, string> = {}): Promise<Ended> =>
  runOrderly(args, { ORDERLY_HOME: home, ...env });

/** No start, with the name of what is wrong. */
async function expectNoStart(name: string, args: string[], env = {}): Promise<void> {
  const { code, out, err } = await start(args, env);
  expect([code === 0, code === null, out], args.join(' ')).toEqual([false, false, '']);
  expect(err).toMatch(/^error: .+/);
  expect(err).toContain(name);
  expect(err).not.toMatch(/\n\s+at /);
}

/** A logger whose lines are kept. */
function keptLines(): { lines: string[]; logger: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  const logger = createLogger({
    role: 'frontend', id: 'f-1', level: 'debug', format: 'json',
    destination: { write: (line) => { lines.push(line); } },
  });
  return { lines, logger };
}

badInput('surroundings', {
  async 121() {
    for (const url of ['file:///etc/passwd', 'gopher://geo.example', 'http://geo.example',
      'https://169.254.169.254', 'https://10.1.2.3', 'https://[fd00::1]', 'https://0xa9fea9fe',
      'https://user:pw@geo.example']) {
      expect(() => readBaseUrl(url, 'geocoder_primary_url'), url)
        .toThrow(expect.objectContaining({ code: 'invalid_params' }));
    }
    const guarded = guardedLookup({ href: 'https://geo.example', loopback: false });
    const led = await new Promise<unknown>((resolve) => {
      guarded('localhost', { all: true }, (error) => resolve(error));
    });
    expect(led).toMatchObject({ code: 'EPRIVATEADDRESS' });
    await expectNoStart('geocoder_primary_url',
      ['backend', '--geocoder-primary-url', 'file:///etc/passwd']);
  },
  async 122() {
    const bed = await openTestBed();
    for (const action of [{ kind: 'oversize' }, { kind: 'deep_json' }, { kind: 'html' },
      { kind: 'redirect', status: 307, location: 'http://169.254.169.254/latest' }] as const) {
      await bed.primary.fault({ action });
      await bed.secondary.fault({ action });
      const { geocode } = await bed.geocoder.locate('DH1 4SW');
      expect([action.kind, geocode.status]).toEqual([action.kind, 'unverified']);
    }
    await bed.close();
  },
  async 123() {
    await expectNoStart('port', ['frontend', '--port', 'abc']);
    await expectNoStart('--prot', ['frontend', '--prot', '8080']);
    const open = join(home, 'open');
    mkdirSync(open, { mode: 0o700 });
    const file = join(open, 'cluster.key');
    writeFileSync(file, randomBytes(32).toString('hex'));
    chmodSync(file, 0o644);
    await expectNoStart(file, ['nameserver', '--port', '0'], { ORDERLY_HOME: open });
  },
  async 124() {
    const mark = randomBytes(8).toString('hex');
    const planted = { key: `key-${mark}`, card: `4929 ${mark} 7777`, password: `pass-${mark}` };
    const { lines, logger } = keptLines();
    const door = new FrontDoor();
    await door.start(1, { logger });
    const heard: string[] = [];
    const headers = { authorization: `Bearer ${planted.key}` };
    const order = { ...samplePlace(), notes: planted.card, price: 1 };
    for (let at = 0; at < 10; at += 1) {
      const credentials = { username: 'ada', password: planted.password, role: 5 };
      for (const reply of [
        await door.ask('POST', '/v1/orders', { headers, body: order }),
        await door.ask('POST', '/v1/orders', { body: order }),
        await door.ask('POST', '/v1/sessions', { anonymous: true, body: credentials }),
        await door.ask('GET', `/v1/orders?token=${planted.key}`, { anonymous: true }),
        await door.rpc({ jsonrpc: '2.0', id: 1, method: 'order.create', params: order }),
      ]) {
        heard.push(reply.text, JSON.stringify(reply.headers));
        expect(reply.text).toMatch(/"error"|"code"/);
      }
    }
    heard.push((await door.ask('GET', '/metrics')).text);
    await door.stop();
    expect(lines.length).toBeGreaterThanOrEqual(50);
    expect([...lines, ...heard].filter((text) => text.includes(mark))).toEqual([]);
  },
  125() {
    const { lines, logger } = keptLines();
    const forged = 'x\r\n{"level":"error","msg":"forged"}\n\u2028\u001b[2J';
    logger.info({ note: forged, [forged]: 1, list: [forged], deep: { forged } }, forged);
    logger.child({ forged }).error({ err: new TypeError(forged) }, 'failed');
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      for (const char of ['\r', '\n', '\u001b']) expect(line.trimEnd()).not.toContain(char);
      expect(JSON.parse(line)).toMatchObject({ role: 'frontend' });
    }
  },
  async 126() {
    const secret = randomBytes(16).toString('hex');
    const { code, out, err } = await start(['server-status', '--json'], {
      ORDERLY_TOKEN: secret, ORDERLY_OPERATOR_TOKEN: secret,
      ORDERLY_CLUSTER_SECRET: secret, ORDERLY_NAMESERVER: '127.0.0.1:9',
      NODE_OPTIONS: `--title=${secret}`,
    });
    expect(code).not.toBe(0);
    expect(`${out}${err}`).toMatch(/unavailable|exit_code/);
    expect(`${out}${err}`).not.toContain(secret);
  },
});
