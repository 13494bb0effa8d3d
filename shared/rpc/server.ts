import { createServer } from 'node:tls';
import type { Server, TLSSocket } from 'node:tls';
import { OrderlyError } from '../contract/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { createDispatch } from './dispatch.ts';
import type { DispatchOptions, Implementation } from './dispatch.ts';
import { hostPortText } from './host-port.ts';
import { classKey, parseIdentity, pskOnly } from './psk.ts';
import type { Identity } from './psk.ts';
import type { ClusterSecret } from './secret.ts';
import { ServedConnection } from './served-connection.ts';

export { implement } from './dispatch.ts';
export type { Caller, Implementation } from './dispatch.ts';

/** A listening server of internal methods. */
export interface RpcServer {
  /** `host:port` that it is bound to. */
  readonly address: string;
  readonly port: number;
  /** Closes every connection at once, as a crash would; new ones are accepted. */
  dropConnections(): void;
  /** Stops accepting, lets running calls answer for a second, then closes. */
  close(): Promise<void>;
}

export interface RpcServerOptions {
  secret: ClusterSecret;
  host: string;
  port: number;
  methods: Implementation[];
  logger: Logger;
  /** Asked before every call; an error refuses it. */
  gate?: (method: string) => OrderlyError | null;
}

const handshakeMsMax = 5_000;
const connectionsMax = 2_000;
const drainMsMax = 1_000;

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error & { code?: string }): void => {
      const taken = error.code === 'EADDRINUSE';
      const detail = taken
        ? `Port ${port} on ${host} is in use by another program.`
        : `Can not listen on ${host}:${port} (${error.code ?? error.message}).`;
      reject(new OrderlyError('unavailable', detail, { reason: taken ? 'port_taken' : 'listen' }));
    };
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

class ListeningServer implements RpcServer {
  readonly address: string;
  readonly port: number;
  readonly #server: Server;
  readonly #connections: Set<ServedConnection>;

  constructor(server: Server, connections: Set<ServedConnection>) {
    this.#server = server;
    this.#connections = connections;
    const bound = server.address();
    this.port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const host = typeof bound === 'object' && bound !== null ? bound.address : '';
    this.address = hostPortText({ host, port: this.port });
  }

  dropConnections(): void {
    for (const connection of this.#connections) connection.drop();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => { this.#server.close(() => resolve()); });
    await Promise.all([...this.#connections].map((connection) => connection.drain(drainMsMax)));
    this.dropConnections();
    await closed;
  }
}

/**
 * Serves methods over TLS 1.3 with the cluster's pre-shared key. Throws `unavailable` with
 * data.reason 'port_taken' or 'listen' when the address can not be bound.
 */
export async function serveRpc(options: RpcServerOptions): Promise<RpcServer> {
  const { secret, logger } = options;
  const identities = new WeakMap<TLSSocket, Identity>();
  const connections = new Set<ServedConnection>();
  const dispatchOptions: DispatchOptions = options;
  const dispatch = createDispatch(dispatchOptions);
  const server = createServer({
    ...pskOnly,
    ca: [],
    handshakeTimeout: handshakeMsMax,
    pskCallback(socket, text) {
      const identity = parseIdentity(text);
      if (identity === null) return null;
      identities.set(socket, identity);
      return classKey(secret, identity.class);
    },
  });
  server.maxConnections = connectionsMax;
  server.on('tlsClientError', (error: Error & { code?: string }, socket) => {
    logger.warn(
      { from: socket.remoteAddress, reason: error.code ?? error.message }, 'handshake refused',
    );
    socket.destroy();
  });
  server.on('secureConnection', (socket) => {
    const identity = identities.get(socket);
    // A resumed session names nobody; only a handshake with the key itself does.
    if (identity === undefined) {
      socket.destroy();
      return;
    }
    const connection = new ServedConnection(socket, identity, {
      dispatch, logger, onClose: () => { connections.delete(connection); },
    });
    connections.add(connection);
  });
  await listen(server, options);
  server.on('error', (err) => { logger.error({ err }, 'the RPC server reports an error'); });
  return new ListeningServer(server, connections);
}
