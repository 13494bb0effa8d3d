import type { Method } from '../shared/contract/method.ts';
import type { ReplicaStatus } from '../shared/contract/replica.ts';
import { replicaMethods } from '../shared/contract/replica.ts';
import type { RpcClient } from '../shared/rpc/client.ts';
import type { Clock } from '../shared/runtime/clock.ts';

/** Connections that nobody used for so long are closed when the next one is opened. */
const idleMsMax = 60_000;

/** Connections to back ends, one per address, for everything but the way of an order. */
export class Members {
  readonly #connect: (address: string) => RpcClient;
  readonly #clock: Clock;
  readonly #open = new Map<string, { client: RpcClient; usedMs: number }>();

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

  close(): void {
    for (const { client } of this.#open.values()) client.close();
    this.#open.clear();
  }

  #at(address: string): RpcClient {
    const nowMs = this.#clock.nowMs();
    let entry = this.#open.get(address);
    if (entry === undefined) {
      this.#closeIdle(nowMs);
      entry = { client: this.#connect(address), usedMs: nowMs };
      this.#open.set(address, entry);
    }
    entry.usedMs = nowMs;
    return entry.client;
  }

  #closeIdle(nowMs: number): void {
    for (const [address, { client, usedMs }] of this.#open) {
      if (nowMs - usedMs <= idleMsMax) continue;
      client.close();
      this.#open.delete(address);
    }
  }
}
