import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections on which nothing has come yet. Node takes them for busy, so that a server that stops
 * would wait for them until they have to send their first request.
 */
export class SilentConnections {
  readonly #open = new Set<Socket>();

  watch(server: Server): void {
    const add = (socket: Socket): void => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    };
    // With TLS what lies below speaks in the handshake, and what is read above it is requests.
    server.on('connection', add).on('secureConnection', add);
  }

  close(): void {
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy();
  }
}
