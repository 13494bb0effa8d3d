import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { must } from '../../shared/runtime/assert.ts';
import { parseHostPort } from '../../shared/rpc/host-port.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { FlowState, LinkFaults, LinkProxy } from './link.ts';

interface Pair {
  client: Socket;
  target: Socket;
  /** Swallows everything, whatever the faults of the link say. */
  stalled: boolean;
}

interface ProxyOptions {
  /** Address to listen on. */
  host: string;
  /** host:port, asked for each connection; null: nobody is there now. */
  target: () => string | null;
  /** 0 <= x < 1, for the jitter. */
  chance: () => number;
}

const noFaults: LinkFaults = { delayMs: 0, jitterMs: 0, up: 'ok', down: 'ok', accept: true };

/** A TCP relay that delays, stalls and resets; bytes keep their order whatever the delays are. */
class Relay implements LinkProxy {
  readonly #options: ProxyOptions;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #faults = noFaults;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#server = createServer((client) => this.#onConnection(client));
  }

  async listen(): Promise<this> {
    this.#server.listen({ port: 0, host: this.#options.host });
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (must(this.#server.address(), 'a listening server has an address') as AddressInfo).port;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  set(faults: Partial<LinkFaults>): void {
    this.#faults = { ...this.#faults, ...faults };
    if (faults.up !== 'ok' && faults.down !== 'ok') return;
    for (const pair of this.#pairs) pair.stalled = false;
  }

  stallPresent(): void {
    for (const pair of this.#pairs) pair.stalled = true;
  }

  resetAll(): void {
    for (const pair of this.#pairs) this.#reset(pair);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.resetAll();
    await once(this.#server, 'close');
  }

  #reset(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.resetAndDestroy();
    pair.target.resetAndDestroy();
  }

  #onConnection(client: Socket): void {
    const target = parseHostPort(this.#options.target() ?? '');
    // Whoever resets or leaves, the other side is told; that is all there is to do.
    client.on('error', () => {});
    if (!this.#faults.accept || target === null) {
      client.resetAndDestroy();
      return;
    }
    const pair: Pair = { client, target: connect(target.port, target.host), stalled: false };
    client.setNoDelay(true);
    pair.target.setNoDelay(true);
    pair.target.on('error', () => this.#reset(pair));
    this.#pairs.add(pair);
    this.#carry(pair, 'up');
    this.#carry(pair, 'down');
  }

  #carry(pair: Pair, direction: 'up' | 'down'): void {
    const [from, to] = direction === 'up'
      ? [pair.client, pair.target] : [pair.target, pair.client];
    let lastMs = 0;
    const later = (what: () => void): void => {
      const { delayMs, jitterMs } = this.#faults;
      const nowMs = systemClock.nowMs();
      if (delayMs === 0 && jitterMs === 0 && lastMs <= nowMs) {
        what();
        return;
      }
      lastMs = Math.max(lastMs, nowMs + delayMs + this.#options.chance() * jitterMs);
      systemClock.setTimer(lastMs - nowMs, what);
    };
    from.on('data', (bytes) => {
      const flow: FlowState = pair.stalled ? 'stall' : this.#faults[direction];
      if (flow === 'reset') this.#reset(pair);
      if (flow === 'ok') later(() => { if (!to.destroyed) to.write(bytes); });
    });
    from.on('end', () => later(() => to.end()));
    from.on('close', () => {
      this.#pairs.delete(pair);
      if (!pair.stalled) later(() => to.destroy());
    });
  }
}

/** Listens on a free port of `host`. */
export const openLinkProxy = (options: ProxyOptions): Promise<LinkProxy> =>
  new Relay(options).listen();
