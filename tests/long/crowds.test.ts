import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nameServerMethods } from '../../shared/contract/nameserver.ts';
import { RpcClient } from '../../shared/rpc/client.ts';
import { loadClusterSecret } from '../../shared/rpc/secret.ts';
import { must } from '../../shared/runtime/assert.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { TestCluster, send } from '../cluster.ts';

/** Rows of bad input that are about numbers, in those numbers, before real processes. */

const slowHello = Buffer.from('160301020001000001fc0303', 'hex');
const slowLine = Buffer.from(`GET /v1/menu HTTP/1.1\r\nHost: 127.0.0.1\r\nx-${'a'.repeat(30)}`);
/** A connection has 10 s; thousands are closed one after the other. */
const closedMsMax = 15_000;

/** Sends `head` at once and then a byte a second; resolves with how long it was let. */
function slowly(port: number, head: Buffer, rest: Buffer): Promise<number> {
  const startMs = systemClock.nowMs();
  const socket = connect(port, '127.0.0.1');
  let sent = 0;
  const timer = setInterval(() => {
    socket.write(rest.subarray(sent, sent + 1));
    sent++;
  }, 1_000);
  // Being thrown out is what is expected.
  socket.on('error', () => {}).resume();
  if (head.length > 0) socket.write(head);
  return new Promise((resolve) => {
    socket.on('close', () => {
      clearInterval(timer);
      resolve(systemClock.nowMs() - startMs);
    });
  });
}

describe('crowds', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start(); });
  afterAll(() => cluster.stop());

  const portOf = (url: string): number =>
    Number(new URL(url.includes('://') ? url : `tcp://${url}`).port);

  /** Orders are placed, one after the other, while the crowd is there. */
  async function expectServedBeside(crowd: Promise<number[]>): Promise<void> {
    let over = false;
    const closed = crowd.then((ms) => {
      over = true;
      return ms;
    });
    let served = 0;
    while (!over) {
      // One customer.
      // oxlint-disable-next-line no-await-in-loop
      await cluster.placed();
      served++;
      // oxlint-disable-next-line no-await-in-loop
      await systemClock.sleep(100);
    }
    expect(served).toBeGreaterThan(10);
    for (const ms of await closed) expect(ms).toBeLessThan(closedMsMax);
  }

  const crowdAt = (port: number, head: Buffer, rest: Buffer): Promise<number[]> =>
    Promise.all(Array.from({ length: 2_000 }, () => slowly(port, head, rest)));

  it('17: 2,000 slow sockets at a front end: all closed within 10 s, others are served', () =>
    expectServedBeside(
      crowdAt(portOf(cluster.door().url), slowLine.subarray(0, -30), slowLine.subarray(-30))));

  it('17: 2,000 slow sockets at a back end: the same, and others get in', async () => {
    const primary = await cluster.primary();
    await expectServedBeside(
      crowdAt(portOf(must(primary.facts, 'it is ready').url), Buffer.alloc(0), slowHello));
  });

  it('17: 2,000 slow sockets at the name server: the same, and programs can register', async () => {
    const crowd = crowdAt(
      portOf(cluster.processes.nameserverAddress), Buffer.alloc(0), slowHello);
    await systemClock.sleep(2_000);
    const [backup] = await cluster.backups();
    const one = must(backup, 'there are two');
    await cluster.kill(one);
    await cluster.restart(one);
    await cluster.untilInSync(3);
    await expectServedBeside(crowd);
  });

  it('108: 1,000 event streams of one customer: as many as one may have', async () => {
    const { body } = await send(`${cluster.door().url}/v1/accounts`, {
      method: 'POST', body: { username: 'crowd', password: 'engine-no-1842' },
    });
    const { token } = z.object({ token: z.string() }).parse(body);
    const over = new AbortController();
    const statuses = await Promise.all(Array.from({ length: 1_000 }, async () => {
      const reply = await fetch(`${cluster.door().url}/v1/events`, {
        headers: { authorization: `Bearer ${token}` }, signal: over.signal,
      });
      return reply.status;
    }));
    over.abort();
    expect(statuses.filter((status) => status === 200)).toHaveLength(8);
    expect(statuses.filter((status) => status === 429)).toHaveLength(992);
    await cluster.placed();
  });

  it('113: 1,000 suspicions of a healthy primary by one front end: no change', async () => {
    const before = must((await cluster.status()).view, 'orders are taken');
    const secret = loadClusterSecret({ home: cluster.processes.home, create: false });
    const client = new RpcClient({
      secret, identity: { class: 'frontend', id: 'liar' },
      address: cluster.processes.nameserverAddress,
    });
    const frontend = 'f'.repeat(32);
    for (let at = 0; at < 1_000; at += 50) {
      // oxlint-disable-next-line no-await-in-loop
      await Promise.all(Array.from({ length: 50 }, () => client.call(nameServerMethods.elect, {
        group: 'main', viewNumber: before.view_number, suspicion: 'timeout', candidate: null,
        frontend,
      }, { deadlineMs: 5_000 })));
      // oxlint-disable-next-line no-await-in-loop
      await cluster.placed();
    }
    client.close();
    expect((await cluster.status()).view).toEqual(before);
  });
});
