import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderlyError } from '../../../shared/contract/errors.ts';
import { nameServerMethods } from '../../../shared/contract/nameserver.ts';
import { replicaMethods, type ReplicaStatus } from '../../../shared/contract/replica.ts';
import type { View } from '../../../shared/contract/view.ts';
import { loadClusterSecret, type ClusterSecret } from '../../../shared/rpc/secret.ts';
import { implement, serveRpc, type RpcServer } from '../../../shared/rpc/server.ts';
import { must } from '../../../shared/runtime/assert.ts';
import { silentLogger } from '../../../shared/runtime/logger.ts';
import type { Listed } from '../snapshot.ts';

/** A name server and back ends on real internal connections, with nothing behind their answers. */

export const storeIdOf = (n: number): string => String(n).padStart(32, '0');
const clusterId = 'c'.repeat(32);

export const exampleStatus = (n: number, more: Partial<ReplicaStatus> = {}): ReplicaStatus => ({
  id: `backend-${n}`,
  group: 'main',
  storeId: storeIdOf(n),
  boot: 1,
  clusterId,
  address: `127.0.0.1:${4100 + n}`,
  version: '0.1.0',
  pid: 100 + n,
  role: n === 1 ? 'primary' : 'backup',
  state: n === 1 ? 'serving' : 'in sync',
  down: false,
  viewNumber: 3,
  docHash: 'd',
  epoch: 2,
  lastEpoch: 2,
  lastLsn: 42,
  commitLsn: 42,
  appliedLsn: 43 - n,
  ackedLsn: 42,
  hears: null,
  fsyncAgeMs: 0,
  orders: 12,
  uptimeS: 200,
  geocoders: [{ name: 'postcodes.io', state: 'closed' }],
  ...more,
});

export const exampleView = (addresses: Record<string, string>, primary = 1): View => ({
  clusterId,
  group: 'main',
  lineage: 1,
  viewNumber: 3,
  epoch: 2,
  primary: storeIdOf(primary),
  primaryBoot: 1,
  inSync: Object.keys(addresses).toSorted((a, b) => (a < b ? -1 : 1)),
  minInSync: 2,
  featureLevel: 1,
  addresses,
  reason: 'test',
  docHash: 'd',
  seal: 's',
});

export class SmallCluster {
  readonly home = mkdtempSync(join(tmpdir(), 'orderly-status-'));
  readonly statuses = new Map<number, ReplicaStatus>();
  /** Entries that the name server keeps about back ends, by number. */
  readonly listed = new Map<number, Listed>();
  readonly #secret: ClusterSecret = loadClusterSecret({ home: this.home, create: true });
  readonly #servers = new Map<number, RpcServer>();
  #nameServer: RpcServer | null = null;
  #primary = 1;

  get nameServer(): string {
    return must(this.#nameServer, 'the cluster was started').address;
  }

  async start(backEnds: number): Promise<this> {
    for (let n = 1; n <= backEnds; n++) await this.#startBackEnd(n);
    this.#nameServer = await this.#serve([
      implement(nameServerMethods.list, async () => ({
        clusterId, registrations: [...this.listed.values(), this.#frontEnd()],
      })),
      implement(nameServerMethods.getView, async () => ({
        news: { view: exampleView(this.#addresses(), this.#primary), dead: [] },
      })),
    ]);
    return this;
  }

  /** From now on the back end says this of itself. */
  change(n: number, more: Partial<ReplicaStatus>): void {
    this.statuses.set(n, { ...must(this.statuses.get(n), 'it was started'), ...more });
  }

  /** The back end is gone, as after kill -9; the name server has not heard of it for a while. */
  async kill(n: number, lastSeenMs: number): Promise<void> {
    await this.#servers.get(n)?.close();
    const entry = must(this.listed.get(n), 'it was listed');
    this.listed.set(n, { ...entry, alive: false, lastSeenMs });
  }

  /** Another store under the same name has taken its place. */
  async replace(n: number, storeId: string): Promise<void> {
    await this.#startBackEnd(n, storeId);
    this.change(n, { role: 'learner', state: 'catching up' });
  }

  async stopNameServer(): Promise<void> {
    await this.#nameServer?.close();
  }

  async stop(): Promise<void> {
    await this.stopNameServer();
    for (const server of this.#servers.values()) await server.close();
  }

  /** As the back ends do it; the view is changed with the next look at it. */
  #promote(to: string): void {
    for (const [n, status] of this.statuses) {
      const leads = status.storeId === to;
      if (leads && status.state !== 'in sync') throw new OrderlyError('not_in_sync');
      if (leads) this.#primary = n;
    }
    for (const [n, status] of this.statuses) {
      const role = n === this.#primary ? 'primary' : 'backup';
      const state = role === 'primary' ? 'serving' : 'in sync';
      if (!status.down) this.statuses.set(n, { ...status, role, state });
    }
  }

  #addresses(): Record<string, string> {
    return Object.fromEntries([...this.listed.values()].filter(({ alive }) => alive)
      .map(({ instance, address }) => [instance, address]));
  }

  #frontEnd(): Listed {
    return {
      kind: 'frontend', group: 'main', id: 'frontend-1', instance: 'f'.repeat(32), boot: 1,
      address: '127.0.0.1:8080', version: '0.1.0', alive: true, lastSeenMs: 300,
    };
  }

  async #startBackEnd(n: number, storeId = storeIdOf(n)): Promise<void> {
    this.statuses.set(n, exampleStatus(n, { storeId }));
    const status = (): ReplicaStatus => must(this.statuses.get(n), 'every back end has a status');
    const server = await this.#serve([
      implement(replicaMethods.status, async () => status()),
      implement(replicaMethods.setDown, async ({ down }) => {
        this.statuses.set(n, { ...status(), down, state: down ? 'down' : 'catching up' });
        return status();
      }),
      implement(replicaMethods.setDraining, async ({ draining }) => {
        if (status().down) throw new OrderlyError('down');
        this.statuses.set(n, { ...status(), state: draining ? 'draining' : 'in sync' });
        return status();
      }),
      implement(replicaMethods.promote, async ({ to }) => {
        this.#promote(to);
        return null;
      }),
    ]);
    this.#servers.set(n, server);
    this.listed.set(n, {
      kind: 'replica', group: 'main', id: `backend-${n}`, instance: storeId, boot: 1,
      address: server.address, version: '0.1.0', alive: true, lastSeenMs: 200,
    });
  }

  #serve(methods: Parameters<typeof serveRpc>[0]['methods']): Promise<RpcServer> {
    return serveRpc({
      secret: this.#secret, host: '127.0.0.1', port: 0, methods, logger: silentLogger,
    });
  }
}
