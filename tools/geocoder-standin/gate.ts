import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { must } from '../../shared/runtime/assert.ts';

/**
 * up: serves; down: does not listen (connections are refused); reset: takes a connection and
 * resets it; silent: takes a connection and never says a word.
 */
export const gateModes = ['up', 'down', 'reset', 'silent'] as const;
export type GateMode = (typeof gateModes)[number];

const host = '127.0.0.1';

/** The listening socket in front of an HTTP server; it can misbehave below HTTP. */
export class Gate {
  readonly #http: HttpServer;
  readonly #sockets = new Set<Socket>();
  #listener: Server | null = null;
  #port: number;
  #mode: GateMode = 'down';

  /** Port 0 takes a free one, which then stays the same. */
  constructor(http: HttpServer, port: number) {
    this.#http = http;
    this.#port = port;
  }

  get url(): string {
    return `http://${host}:${this.#port}`;
  }

  get mode(): GateMode {
    return this.#mode;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Ends the connections that are open. Throws OrderlyError `unavailable` for a taken port. */
  async set(mode: GateMode): Promise<void> {
    this.#mode = mode;
    for (const socket of this.#sockets) socket.destroy();
    const listener = this.#listener;
    if (mode === 'down' && listener !== null) {
      this.#listener = null;
      listener.close();
      await once(listener, 'close');
    }
    if (mode !== 'down' && listener === null) await this.#listen();
  }

  async #listen(): Promise<void> {
    const listener = createServer((socket) => this.#onConnection(socket));
    listener.listen(this.#port, host);
    await once(listener, 'listening').catch((error: unknown) => {
      const detail = `Port ${this.#port} can not be used: ${String(error)}.`;
      throw new OrderlyError('unavailable', detail);
    });
    const address = must(listener.address(), 'a listening server has no address');
    this.#port = (address as AddressInfo).port;
    this.#listener = listener;
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A client that resets its connection is daily business here.
    socket.on('error', () => {});
    if (this.#mode === 'up') this.#http.emit('connection', socket);
    else if (this.#mode === 'reset') socket.resetAndDestroy();
  }
}
