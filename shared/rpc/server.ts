import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Server, TLSSocket, TlsOptions } from 'node:tls';
import { OrderlyError } from '../contract/errors.ts';
import { assert } from '../runtime/assert.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { createDispatch } from './dispatch.ts';
import type { Implementation } from './dispatch.ts';
import { hostPortText } from './host-port.ts';
import { identityOfPeer } from './internal-certificate.ts';
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
const handshakeLogMs = 1_000;

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

/** What a server has open: TCP connections, and those of them whose handshake is over. */
interface Open {
  sockets: Set<Socket>;
  connections: Set<ServedConnection>;
}

class ListeningServer implements RpcServer {
  readonly address: string;
  readonly port: number;
  readonly #server: Server;
  readonly #open: Open;

  constructor(server: Server, open: Open) {
    this.#server = server;
    this.#open = open;
    const bound = server.address();
    assert(typeof bound === 'object' && bound !== null, 'a TCP server that listens has an address');
    this.port = bound.port;
    this.address = hostPortText({ host: bound.address, port: bound.port });
  }

  dropConnections(): void {
    for (const connection of this.#open.connections) connection.drop();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => { this.#server.close(() => resolve()); });
    const { connections, sockets } = this.#open;
    await Promise.all([...connections].map((connection) => connection.drain(drainMsMax)));
    // What is left is in a handshake.
    for (const socket of sockets) socket.destroy();
    await closed;
  }
}

/** Strangers can make handshakes fail as often as they like; the log must not grow with it. */
function handshakeLog(logger: Logger): (from: string | undefined, why: string) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  return (from, why) => {
    const nowMs = systemClock.nowMs();
    if (nowMs < quietUntilMs) {
      unsaid++;
      return;
    }
    logger.warn({ from, why, unsaid }, 'handshake refused');
    unsaid = 0;
    quietUntilMs = nowMs + handshakeLogMs;
  };
}

/** The proven identity of each socket. */
type Identities = WeakMap<TLSSocket, Identity>;

/** Keeps the connections of a server; whoever has not proven a key never gets beyond this. */
function accept(server: Server, options: RpcServerOptions, identities: Identities): Open {
  const { logger } = options;
  const open: Open = { sockets: new Set(), connections: new Set() };
  const dispatch = createDispatch(options);
  const refused = handshakeLog(logger);
  server.on('connection', (socket: Socket) => {
    open.sockets.add(socket);
    socket.once('close', () => { open.sockets.delete(socket); });
  });
  server.on('tlsClientError', (error: Error & { code?: string }, socket) => {
    refused(socket.remoteAddress, error.code ?? error.message);
    socket.destroy();
  });
  server.on('secureConnection', (socket) => {
    // A resumed session names nobody; only a handshake with the key itself does.
    const identity = options.secret.certificate === null
      ? identities.get(socket) ?? null : identityOfPeer(socket.getPeerCertificate());
    if (identity === null) {
      refused(socket.remoteAddress, 'it names no class of callers');
      socket.destroy();
      return;
    }
    const connection = new ServedConnection(socket, identity, {
      dispatch, logger, onClose: () => { open.connections.delete(connection); },
    });
    open.connections.add(connection);
  });
  return open;
}

/** What a server shows and demands: the cluster's key, or certificates from both sides. */
function proofOf(secret: ClusterSecret, identities: Identities): TlsOptions {
  if (secret.certificate !== null) {
    return {
      ...secret.certificate, minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: true,
    };
  }
  return {
    ...pskOnly,
    // Spares the loading of the public root certificates.
    ca: [],
    pskCallback(socket, text) {
      const identity = parseIdentity(text);
      if (identity === null) return null;
      identities.set(socket, identity);
      return classKey(secret, identity.class);
    },
  };
}

/**
 * Serves methods over TLS 1.3, where both sides prove themselves. Throws `unavailable` with
 * data.reason 'port_taken' or 'listen' when the address can not be bound.
 */
export async function serveRpc(options: RpcServerOptions): Promise<RpcServer> {
  const { secret, logger } = options;
  const identities: Identities = new WeakMap();
  const server = createServer({
    ...proofOf(secret, identities), handshakeTimeout: handshakeMsMax,
  });
  server.maxConnections = connectionsMax;
  const open = accept(server, options, identities);
  await listen(server, options);
  server.on('error', (err) => { logger.error({ err }, 'the RPC server reports an error'); });
  return new ListeningServer(server, open);
}
