import type { Method } from '../contract/method.ts';
import type { Clock } from '../runtime/clock.ts';
import type { RpcClient } from '../rpc/client.ts';

const idleMsMax = 30_000;
const openMax = 1_000;

interface Open {
  client: RpcClient;
  usedMs: number;
  running: number;
}

/** Connections to services, one per address, closed when nobody has used them for a while. */
export class Connections {
  readonly #connect: (address: string) => RpcClient;
  readonly #clock: Clock;
  readonly #open = new Map<string, Open>();

  constructor(connect: (address: string) => RpcClient, clock: Clock) {
    this.#connect = connect;
    this.#clock = clock;
  }

  /** Throws what RpcClient.call throws. */
  async call<P, R>(
    address: string, method: Method<P, R>, options: { params: P; deadlineMs: number },
  ): Promise<R> {
    const open = this.#at(address);
    open.running += 1;
    try {
      return await open.client.call(method, options.params, { deadlineMs: options.deadlineMs });
    } finally {
      open.running -= 1;
      open.usedMs = this.#clock.nowMs();
    }
  }

  close(): void {
    for (const { client } of this.#open.values()) client.close();
    this.#open.clear();
  }

  #at(address: string): Open {
    const nowMs = this.#clock.nowMs();
    const known = this.#open.get(address);
    if (known !== undefined) return known;
    this.#closeIdle(nowMs);
    const open = { client: this.#connect(address), usedMs: nowMs, running: 0 };
    this.#open.set(address, open);
    return open;
  }

  /** Looked at when another one is opened: addresses change only with the processes. */
  #closeIdle(nowMs: number): void {
    const crowded = this.#open.size >= openMax;
    for (const [address, { client, usedMs, running }] of this.#open) {
      if (running > 0 || (!crowded && nowMs - usedMs <= idleMsMax)) continue;
      client.close();
      this.#open.delete(address);
    }
  }
}
