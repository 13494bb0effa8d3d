import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Method } from '../../shared/contract/method.ts';
import { nameServerMethods } from '../../shared/contract/nameserver.ts';
import { replicaMethods } from '../../shared/contract/replica.ts';
import type { ReplicaStatus } from '../../shared/contract/replica.ts';
import { RpcClient } from '../../shared/rpc/client.ts';
import { loadClusterSecret } from '../../shared/rpc/secret.ts';
import type { ClusterSecret } from '../../shared/rpc/secret.ts';
import type { LabProgram, LabStatus } from './lab.ts';

const identity = { class: 'operator', id: 'chaos' } as const;
const statusWithinMs = 700;
const switchWithinMs = 5_000;
const group = 'main';

/** What the laboratory asks of name server and back ends, by the operator's RPC. */
export class Operator {
  readonly #secret: ClusterSecret;
  readonly #clients = new Map<string, RpcClient>();

  constructor(secret: string, home: string) {
    this.#secret = loadClusterSecret({ home, value: secret, create: false });
  }

  async status(nameserver: LabProgram, backends: readonly LabProgram[]): Promise<LabStatus> {
    const [view, ...statuses] = await Promise.all([
      this.#view(nameserver), ...backends.map((one) => this.#replica(one)),
    ]);
    const answered = new Map<string, ReplicaStatus>();
    backends.forEach(({ name }, n) => {
      const status = statuses[n] ?? null;
      if (status !== null) answered.set(name, status);
    });
    return { view, backends: answered };
  }

  async setDown(program: LabProgram, down: boolean): Promise<void> {
    await this.#call(program, replicaMethods.setDown, { down }, switchWithinMs);
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  async #view(nameserver: LabProgram): Promise<LabStatus['view']> {
    const answer = await this.#orNull(
      this.#call(nameserver, nameServerMethods.getView, { group }, statusWithinMs));
    return answer?.news?.view ?? null;
  }

  #replica(program: LabProgram): Promise<ReplicaStatus | null> {
    return this.#orNull(this.#call(program, replicaMethods.status, {}, statusWithinMs));
  }

  async #orNull<T>(asked: Promise<T>): Promise<T | null> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof OrderlyError) return null;
      throw error;
    }
  }

  #call<P, R>(...[program, method, params, deadlineMs]: [LabProgram, Method<P, R>, P, number]):
  Promise<R> {
    const { address, pid } = program;
    if (address === null || pid === null) {
      return Promise.reject(new OrderlyError('unavailable', `${program.name} does not run.`));
    }
    let client = this.#clients.get(address);
    client ??= new RpcClient({ secret: this.#secret, identity, address });
    this.#clients.set(address, client);
    return client.call(method, params, { deadlineMs });
  }
}
