import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../shared/runtime/clock.ts';
import { Child } from '../tools/up/child.ts';
import type { ChildChange } from '../tools/up/child.ts';
import { orderlyBinary } from '../tools/up/cluster.ts';
import { send } from './cluster.ts';

describe('a front end without a name server or a back end', () => {
  const home = mkdtempSync(join(tmpdir(), 'orderly-lone-'));
  const changes: ChildChange[] = [];
  const frontend = new Child({
    id: 'frontend-7', respawn: false, clock: systemClock,
    command: () => [
      orderlyBinary(), 'frontend', '--port', '0', '--nameserver', '127.0.0.1:1', '--no-mdns',
      '--json', '--log-level', 'error', '--data', join(home, 'frontend-7'),
    ],
    env: { PATH: '', ORDERLY_HOME: home },
    onLine: () => {}, onChange: (change) => { changes.push(change); },
  });
  let url = '';
  beforeAll(async () => {
    const facts = await frontend.start();
    url = facts.url;
    expect(facts).toMatchObject({ event: 'ready', role: 'frontend', id: 'frontend-7' });
  });
  afterAll(() => {
    frontend.killNow();
    rmSync(home, { recursive: true, force: true });
  });

  it('serves, and says that it is not ready', async () => {
    const paths = ['/livez', '/readyz', '/v1/orders'];
    const answers = await Promise.all(paths.map((path) => send(`${url}${path}`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 503, 401]);
  });

  it('ends when it is asked to', async () => {
    await frontend.stop(20_000);
    expect(changes.at(-1)).toEqual({ kind: 'ended', how: 'exit code 0', asked: true });
    await expect(send(`${url}/livez`)).rejects.toThrow();
  });
});
