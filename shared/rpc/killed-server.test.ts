import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../runtime/clock.ts';
import { beside, compile } from '../runtime/testing/compiled.ts';
import type { Compiled, Program } from '../runtime/testing/compiled.ts';
import { RpcClient } from './client.ts';
import { methods, secretOf } from './testing/echo-server.ts';

let compiled: Compiled;
let server: Program;
let client: RpcClient;
beforeAll(() => { compiled = compile(beside(import.meta.url, 'testing/echo-program.ts')); });
afterAll(() => compiled.remove());

beforeEach(async () => {
  server = compiled.start([]);
  while (!server.out().includes('\n')) await systemClock.sleep(10);
  client = new RpcClient({
    secret: secretOf('ours'), identity: { class: 'peer', id: 'tester' },
    address: server.out().trim(),
  });
  await client.connect();
});
afterEach(async () => {
  client.close();
  server.process.kill('SIGKILL');
  await server.ended;
});

const waiting = (): Promise<unknown> =>
  client.call(methods.wait, { waitMs: 60_000 }, { deadlineMs: 30_000 });

describe('a server process', () => {
  it('that is killed fails the calls under way at once, the next one is refused', async () => {
    const calls = [waiting(), waiting()];
    const settled = Promise.allSettled(calls);
    await client.call(methods.echo, { text: 'both are sent' }, { deadlineMs: 5_000 });
    server.process.kill('SIGKILL');
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({
        reason: { code: 'outcome_unknown', data: { reason: 'reset' } },
      });
    }
    // The kernel closes its sockets one by one: the listening one may outlive the connection.
    await server.ended;
    await expect(client.call(methods.echo, { text: '' }, { deadlineMs: 5_000 }))
      .rejects.toMatchObject({ code: 'unavailable', data: { reason: 'refused' } });
  });

  it('that is paused leaves the outcome unknown at the deadline, then is back', async () => {
    server.process.kill('SIGSTOP');
    await expect(client.call(methods.echo, { text: '' }, { deadlineMs: 300 }))
      .rejects.toMatchObject({ code: 'outcome_unknown', data: { reason: 'timeout' } });
    server.process.kill('SIGCONT');
    expect(await client.call(methods.echo, { text: 'back' }, { deadlineMs: 5_000 }))
      .toEqual({ text: 'back' });
  });

  it('that is paused takes no new connection, which is known before the deadline', async () => {
    server.process.kill('SIGSTOP');
    const other = new RpcClient({
      secret: secretOf('ours'), identity: { class: 'peer', id: 'other' },
      address: server.out().trim(),
    });
    const startedMs = systemClock.nowMs();
    await expect(other.call(methods.echo, { text: '' }, { deadlineMs: 20_000 }))
      .rejects.toMatchObject({ code: 'unavailable', data: { reason: 'unreachable' } });
    expect(systemClock.nowMs() - startedMs).toBeLessThan(15_000);
    other.close();
  });
});
