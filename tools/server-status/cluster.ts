import { exitCodes, Failure } from '../../client/failure.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Method } from '../../shared/contract/method.ts';
import { nameServerMethods } from '../../shared/contract/nameserver.ts';
import { replicaMethods, type ReplicaStatus } from '../../shared/contract/replica.ts';
import { RpcClient } from '../../shared/rpc/client.ts';
import { NameClient } from '../../shared/rpc/name-client.ts';
import { loadClusterSecret, type ClusterSecret } from '../../shared/rpc/secret.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import type { StatusConfig } from './config.ts';
import { readKnownBackEnds, writeKnownBackEnds } from './known-back-ends.ts';
import { inOrder, type BackEnd, type Listed, type Snapshot } from './snapshot.ts';

/** A back end that has not answered by then is shown as DOWN. */
const statusMs = 700;
/** A switch waits for what the back end has under way. */
const setDownMs = 5_000;

const identity = { class: 'operator', id: 'server-status' } as const;

/** A back end that may exist, before it was asked. */
type Candidate = Omit<BackEnd, 'status'>;

/** Throws a Failure when there is no usable key. */
export function operatorSecret({ home, secretValue, secretFile }: StatusConfig): ClusterSecret {
  try {
    return loadClusterSecret({
      home,
      create: false,
      ...(secretValue === undefined ? {} : { value: secretValue }),
      ...(secretFile === undefined ? {} : { file: secretFile }),
    });
  } catch (error) {
    if (!(error instanceof OrderlyError)) throw error;
    throw new Failure({
      code: 'unavailable',
      exitCode: exitCodes.unreachable,
      what: 'The key of the cluster can not be used.',
      causes: [error.message],
      fixes: ['name the folder of the cluster with --home or ORDERLY_HOME'],
    });
  }
}

/** The failure that tells an operator what an internal call has met. */
export function failureOf(error: unknown, whom: string): Failure {
  if (!(error instanceof OrderlyError)) throw error;
  const handshake = error.data['reason'] === 'handshake';
  return new Failure({
    code: error.code,
    exitCode: exitCodes.unreachable,
    what: handshake ? `The ${whom} has another cluster key.` : `The ${whom} does not answer.`,
    causes: [error.message],
    fixes: handshake
      ? ['use the folder of its cluster: --home or ORDERLY_HOME']
      : ['start it with `orderly up`, or name its address with --nameserver HOST:PORT'],
  });
}

const candidateOf = ({ id, instance, address, alive, lastSeenMs }: Listed): Candidate =>
  ({ id, storeId: instance, address, listed: { alive, lastSeenMs } });

/** What the operator's tool says to the name server and the back ends. */
export class Cluster {
  readonly #config: StatusConfig;
  readonly #secret: ClusterSecret;
  readonly #names: NameClient;

  /** Throws a Failure when there is no cluster key. */
  constructor(config: StatusConfig, clock: Clock) {
    this.#config = config;
    this.#secret = operatorSecret(config);
    this.#names = new NameClient({
      secret: this.#secret,
      identity,
      addresses: config.nameServers,
      mdns: config.mdns,
      logger: silentLogger,
      clock,
    });
  }

  /** Throws a Failure with exit code 3 when the name server does not answer. */
  async snapshot(): Promise<Snapshot> {
    const { group, home } = this.#config;
    const { clusterId, registrations } = await this.#ask(nameServerMethods.list, { group });
    const { news } = await this.#ask(nameServerMethods.getView, { group });
    const view = news?.view ?? null;
    const listed = registrations.filter(({ kind }) => kind === 'replica').map(candidateOf);
    const ofView = Object.entries(view?.addresses ?? {})
      .map(([storeId, address]) => ({ id: storeId.slice(0, 8), storeId, address, listed: null }));
    const known = readKnownBackEnds(home, clusterId)
      .map(({ id, storeId, address }) => ({ id, storeId, address, listed: null }));
    const candidates = new Map([...known, ...ofView, ...listed].map((one) => [one.storeId, one]));
    const asked = await Promise.all([...candidates.values()].map((one) => this.#look(one)));
    const members = view?.inSync ?? [];
    // One that is neither listed nor needed, and does not answer, is history.
    const backEnds = inOrder(asked.filter(({ listed: entry, status, storeId }) =>
      entry !== null || status !== null || members.includes(storeId)));
    writeKnownBackEnds(home, backEnds.filter(({ status }) => status !== null)
      .map(({ id, storeId, address }) => ({ clusterId, id, storeId, address })));
    return {
      nameServer: this.#names.address ?? 'unknown',
      clusterId,
      group,
      view,
      backEnds,
      frontEnds: registrations.filter(({ kind }) => kind === 'frontend'),
    };
  }

  /** Switches one back end; answers with its status afterwards. Throws a Failure. */
  async setDown(backEnd: BackEnd, down: boolean): Promise<ReplicaStatus> {
    const client = this.#clientOf(backEnd.address);
    try {
      return await client.call(replicaMethods.setDown, { down }, { deadlineMs: setDownMs });
    } catch (error) {
      throw failureOf(error, `back end ${backEnd.id}`);
    } finally {
      client.close();
    }
  }

  async close(): Promise<void> {
    await this.#names.close();
  }

  async #ask<P, R>(
    method: Method<P, R>, params: P,
  ): Promise<R> {
    try {
      return await this.#names.call(method, params, { deadlineMs: this.#config.timeoutMs });
    } catch (error) {
      throw failureOf(error, 'name server');
    }
  }

  async #look(candidate: Candidate): Promise<BackEnd> {
    const client = this.#clientOf(candidate.address);
    try {
      const status = await client.call(replicaMethods.status, {}, { deadlineMs: statusMs });
      // Another process may have taken over the address.
      if (status.storeId !== candidate.storeId) return { ...candidate, status: null };
      return { ...candidate, id: status.id, status };
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      return { ...candidate, status: null };
    } finally {
      client.close();
    }
  }

  #clientOf(address: string): RpcClient {
    return new RpcClient({ secret: this.#secret, identity, address });
  }
}
