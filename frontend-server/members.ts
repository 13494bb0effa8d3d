import type { Method } from '../shared/contract/method.ts';
import type { ReplicaStatus } from '../shared/contract/replica.ts';
import { replicaMethods } from '../shared/contract/replica.ts';
import type { RpcClient } from '../shared/rpc/client.ts';
import type { Clock } from '../shared/runtime/clock.ts';

/** Connections to others than the members of the view are closed when unused for so long. */
const idleMsMax = 60_000;

/**
 * Connections to the back ends of the group, one per address. Those of the view's members are kept
 * open, so that an election, and the first order after it, need no handshake.
 */
export class Members {
  readonly #connect: (address: string) => RpcClient;
  readonly #clock: Clock;
  readonly #open = new Map<string, { client: RpcClient; usedMs: number }>();
  #kept: ReadonlySet<string> = new Set();
  #closed = false;

  constructor(connect: (address: string) => RpcClient, clock: Clock) {
    this.#connect = connect;
    this.#clock = clock;
  }

  /** How the back end at this address sees itself. Throws OrderlyError when it does not answer. */
  status(address: string, deadlineMs: number): Promise<ReplicaStatus> {
    return this.call(address, replicaMethods.status, { params: {}, deadlineMs });
  }

  call<P, R>(
    address: string, method: Method<P, R>, options: { params: P; deadlineMs: number },
  ): Promise<R> {
    return this.#at(address).call(method, options.params, { deadlineMs: options.deadlineMs });
  }

  /** Opens connections to these, and closes those to others that nobody has used for a while. */
  keep(addresses: readonly string[]): void {
    if (this.#closed) return;
    this.#kept = new Set(addresses);
    for (const address of addresses) {
      // One that can not be reached now is tried again when it is asked something.
      this.#at(address).connect().catch(() => {});
    }
    const nowMs = this.#clock.nowMs();
    for (const [address, { client, usedMs }] of this.#open) {
      if (this.#kept.has(address) || nowMs - usedMs <= idleMsMax) continue;
      client.close();
      this.#open.delete(address);
    }
  }

  /** Hands a connection over to the caller, who closes it; the next use opens another. */
  take(address: string): RpcClient {
    const { client } = this.#open.get(address) ?? { client: this.#connect(address) };
    this.#open.delete(address);
    return client;
  }

  close(): void {
    this.#closed = true;
    for (const { client } of this.#open.values()) client.close();
    this.#open.clear();
  }

  #at(address: string): RpcClient {
    const nowMs = this.#clock.nowMs();
    let entry = this.#open.get(address);
    if (entry === undefined) {
      entry = { client: this.#connect(address), usedMs: nowMs };
      this.#open.set(address, entry);
    }
    entry.usedMs = nowMs;
    return entry.client;
  }
}
