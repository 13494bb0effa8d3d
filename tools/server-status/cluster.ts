import { exitCodes, Failure } from '../../client/failure.ts';
import { adviceFor } from '../../client/messages.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Method } from '../../shared/contract/method.ts';
import { nameServerMethods } from '../../shared/contract/nameserver.ts';
import { replicaMethods, type ReplicaStatus } from '../../shared/contract/replica.ts';
import type { View } from '../../shared/contract/view.ts';
import { RpcClient } from '../../shared/rpc/client.ts';
import { NameClient } from '../../shared/rpc/name-client.ts';
import { internalCertificateOf } from '../../shared/rpc/certificate-config.ts';
import { loadClusterSecret, type ClusterSecret } from '../../shared/rpc/secret.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import type { StatusConfig } from './config.ts';
import { readKnownBackEnds, writeKnownBackEnds } from './known-back-ends.ts';
import { inOrder, type BackEnd, type Listed, type Snapshot } from './snapshot.ts';

/** A back end that has not answered by then is shown as DOWN. */
const statusMs = 700;
/** A switch waits for what the back end has under way; a primary asks others first. */
const changeMs = 5_000;
/** While a table is kept up to date, a name server that hangs must not stop it. */
const refreshMs = 1_000;

const identity = { class: 'operator', id: 'server-status' } as const;

/** A back end that may exist, before it was asked. */
type Candidate = Omit<BackEnd, 'status' | 'silentMs'>;

/** Throws a Failure when there is no usable key. */
export function operatorSecret(config: StatusConfig): ClusterSecret {
  const { home, secretValue, secretFile, internal } = config;
  try {
    return loadClusterSecret({
      home,
      create: false,
      ...(secretValue === undefined ? {} : { value: secretValue }),
      ...(secretFile === undefined ? {} : { file: secretFile }),
      ...internalCertificateOf(internal),
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

/** The failure of a call that the other side has answered; null when it was not answered. */
function refusalOf(error: unknown, whom: string): Failure | null {
  if (!(error instanceof OrderlyError) || error.data['reason'] !== undefined) return null;
  const { code, message, row } = error;
  return new Failure({
    code, exitCode: row.exit, what: `The ${whom} refuses: ${message}`, fixes: [adviceFor[code]],
  });
}

/** What the name server tells of a group. */
interface Told {
  clusterId: string;
  registrations: Listed[];
  view: View | null;
}

/** What the operator's tool says to the name server and the back ends. */
export class Cluster {
  readonly #config: StatusConfig;
  readonly #clock: Clock;
  readonly #secret: ClusterSecret;
  readonly #names: NameClient;
  readonly #clients = new Map<string, RpcClient>();

  /** Throws a Failure when there is no cluster key. */
  constructor(config: StatusConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
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

  /**
   * How everything is now. With the snapshot before, what was in it stays, and a name server that
   * is away is only noted; without one it throws a Failure with exit code 3.
   */
  async snapshot(before: Snapshot | null = null): Promise<Snapshot> {
    const takenMs = this.#clock.nowMs();
    const { told, silent } = await this.#news(before, takenMs);
    const { clusterId, registrations, view } = told;
    const seen = candidatesOf(told, readKnownBackEnds(this.#config.home, clusterId));
    const passedMs = before === null ? 0 : takenMs - before.takenMs;
    for (const one of before?.backEnds ?? []) {
      // Its name is known to those who list it; the view knows only where it is.
      const entry = seen.get(one.storeId);
      if (entry === undefined || entry.listed === null) {
        seen.set(one.storeId, { ...one, listed: null });
      }
    }
    const asked = await Promise.all([...seen.values()].map((one) => this.#look(one)));
    const backEnds = inOrder(present(asked, { view, before, passedMs }));
    this.#remember(clusterId, backEnds);
    return {
      nameServer: this.#names.address ?? before?.nameServer ?? 'unknown',
      nameServerSilent: silent,
      clusterId,
      group: this.#config.group,
      view,
      backEnds,
      frontEnds: registrations.filter(({ kind }) => kind === 'frontend'),
      registrations,
      takenMs,
    };
  }

  /** Switches one back end; answers with its status afterwards. Throws a Failure. */
  setDown({ id, address }: BackEnd, down: boolean): Promise<ReplicaStatus> {
    return this.#change(replicaMethods.setDown, { down }, { id, address });
  }

  /** Drains one back end or ends that; answers with its status afterwards. Throws a Failure. */
  setDraining({ id, address }: BackEnd, draining: boolean): Promise<ReplicaStatus> {
    return this.#change(replicaMethods.setDraining, { draining }, { id, address });
  }

  /** Has the primary hand over to the other. Throws a Failure. */
  async promote({ id, address }: BackEnd, to: BackEnd): Promise<void> {
    await this.#change(replicaMethods.promote, { to: to.storeId }, { id, address });
  }

  /** What it says of itself now; null when it does not answer. */
  async statusOf(backEnd: BackEnd): Promise<ReplicaStatus | null> {
    return (await this.#look(backEnd)).status;
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    await this.#names.close();
  }

  async #news(
    before: Snapshot | null, takenMs: number,
  ): Promise<{ told: Told; silent: boolean }> {
    const { group, timeoutMs } = this.#config;
    const deadlineMs = before === null ? timeoutMs : Math.min(timeoutMs, refreshMs);
    try {
      const [{ clusterId, registrations }, { news }] = await Promise.all([
        this.#names.call(nameServerMethods.list, { group }, { deadlineMs }),
        this.#names.call(nameServerMethods.getView, { group }, { deadlineMs }),
      ]);
      return { told: { clusterId, registrations, view: news?.view ?? null }, silent: false };
    } catch (error) {
      const failure = failureOf(error, 'name server');
      if (before === null) throw failure;
      const passedMs = takenMs - before.takenMs;
      const registrations = before.registrations.map((one) =>
        ({ ...one, lastSeenMs: one.lastSeenMs + passedMs }));
      return { told: { ...before, registrations }, silent: true };
    }
  }

  async #change<P, R>(
    method: Method<P, R>, params: P, { id, address }: { id: string; address: string },
  ): Promise<R> {
    try {
      return await this.#clientOf(address).call(method, params, { deadlineMs: changeMs });
    } catch (error) {
      const whom = `back end ${id}`;
      throw refusalOf(error, whom) ?? failureOf(error, whom);
    }
  }

  async #look(candidate: Candidate): Promise<BackEnd> {
    try {
      const status = await this.#clientOf(candidate.address)
        .call(replicaMethods.status, {}, { deadlineMs: statusMs });
      // Another process may have taken over the address.
      if (status.storeId !== candidate.storeId) return { ...candidate, status: null, silentMs: 0 };
      return { ...candidate, id: status.id, status, silentMs: 0 };
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      return { ...candidate, status: null, silentMs: 0 };
    }
  }

  #remember(clusterId: string, backEnds: BackEnd[]): void {
    writeKnownBackEnds(this.#config.home, backEnds.filter(({ status }) => status !== null)
      .map(({ id, storeId, address }) => ({ clusterId, id, storeId, address })));
  }

  #clientOf(address: string): RpcClient {
    const client = this.#clients.get(address)
      ?? new RpcClient({ secret: this.#secret, identity, address });
    this.#clients.set(address, client);
    return client;
  }
}

/** Everything that may be a back end, by its store. */
function candidatesOf(
  { registrations, view }: Told, known: readonly Omit<Candidate, 'listed'>[],
): Map<string, Candidate> {
  const listed = registrations.filter(({ kind }) => kind === 'replica').map(candidateOf);
  const ofView = Object.entries(view?.addresses ?? {})
    .map(([storeId, address]) => ({ id: storeId.slice(0, 8), storeId, address, listed: null }));
  const before = known.map(({ id, storeId, address }) => ({ id, storeId, address, listed: null }));
  return new Map([...before, ...ofView, ...listed].map((one) => [one.storeId, one]));
}

/**
 * Those to be shown: one that is neither listed nor needed, nor answers, is history, unless it was
 * shown a moment ago and nobody has taken its name.
 */
function present(
  asked: BackEnd[],
  { view, before, passedMs }: { view: View | null; before: Snapshot | null; passedMs: number },
): BackEnd[] {
  const living = new Set(asked.filter(({ status }) => status !== null).map(({ id }) => id));
  return asked.flatMap((one) => {
    if (one.status !== null) return [one];
    const last = before?.backEnds.find(({ storeId }) => storeId === one.storeId);
    const silent = { ...one, silentMs: last === undefined ? 0 : last.silentMs + passedMs };
    if (one.listed !== null || view?.inSync.includes(one.storeId) === true) return [silent];
    return last !== undefined && !living.has(one.id) ? [silent] : [];
  });
}
