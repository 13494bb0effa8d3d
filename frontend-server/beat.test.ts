import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Registration } from '../shared/contract/nameserver.ts';
import { must } from '../shared/runtime/assert.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { silentLogger } from '../shared/runtime/logger.ts';
import { Beat } from './beat.ts';
import { FakeCluster, randomId } from './testing/fake-cluster.ts';
import type { Upstream } from './upstream.ts';

let cluster: FakeCluster;
let beat: Beat;
let upstream: Upstream;
beforeEach(async () => {
  cluster = new FakeCluster();
  await cluster.start(2);
  upstream = cluster.upstream();
  beat = new Beat({
    names: upstream.names, holder: upstream.holder, clock: systemClock, logger: silentLogger,
    registration,
  });
});
afterEach(async () => {
  await beat.stop();
  await cluster.stop();
});

const registration: Registration = {
  kind: 'frontend', group: 'main', id: 'frontend-1', instance: randomId(), boot: 1,
  address: '127.0.0.1:8080', version: '0.1.0',
};

describe('Beat', () => {
  it('registers once, then renews, and leaves when it is stopped', async () => {
    beat.start();
    await expect.poll(() => cluster.beats, { timeout: 3_000 }).toEqual(['register', 'renew']);
    await beat.stop();
    expect(cluster.beats.at(-1)).toBe('unregister');
    expect(cluster.lastRegistration).toEqual(registration);
  });

  it('brings a new view although no request has failed', async () => {
    beat.start();
    await expect.poll(() => upstream.holder.view?.viewNumber).toBe(1);
    cluster.install(must(cluster.backends[1], 'second').storeId);
    await expect.poll(() => upstream.holder.view?.viewNumber, { timeout: 3_000 }).toBe(2);
  });

  it('registers again at a name server that has forgotten it', async () => {
    beat.start();
    await expect.poll(() => cluster.beats.length).toBeGreaterThan(0);
    cluster.forgetful = true;
    await expect.poll(() => cluster.beats.slice(-2), { timeout: 3_000 })
      .toEqual(['renew', 'register']);
  });

  it('goes on beating through an outage of the name server', async () => {
    beat.start();
    await expect.poll(() => cluster.beats.length).toBe(1);
    cluster.stopNameServer();
    await systemClock.sleep(700);
    await cluster.startNameServer();
    const before = cluster.beats.length;
    await expect.poll(() => cluster.beats.length, { timeout: 3_000 }).toBeGreaterThan(before);
  });
});
