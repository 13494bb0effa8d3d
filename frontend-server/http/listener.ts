import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Certificate } from './certificate.ts';
import { inTurn } from './in-turn.ts';
import { answerSpecialRequests } from './raw-errors.ts';
import type { RawAnswers } from './raw-errors.ts';
import { isLoopback } from './request-guard.ts';

/** The server below fastify: plain or with TLS, and what a connection may take. */

const headersMs = 5_000;
/** Checked once a second: a request that dribbles in is cut off within 10 s. */
const requestMs = 9_000;
const checkMs = 1_000;
/** A client that takes nothing of its answer for so long is cut off. */
const silentSocketMs = 10_000;
/** Longer than any client keeps an idle connection, so that the client closes first. */
const keepAliveMs = 75_000;
const handshakeMs = 5_000;
const connectionsMax = 10_000;
/** One address can not take all of them; programs of this machine, and a proxy, may. */
const connectionsPerAddressMax = 2_500;

export interface ListenerOptions {
  certificate: Certificate | null;
  answers: RawAnswers;
  /** In bytes. */
  bodyLimit: number;
  /** One address carries the requests of many. */
  behindProxy: boolean;
}

function boundPerAddress(server: Server): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (isLoopback(address)) return;
    const count = (open.get(address) ?? 0) + 1;
    if (count > connectionsPerAddressMax) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}

/** Not yet listening. */
export function createListener(handler: RequestListener, options: ListenerOptions): Server {
  const { certificate, answers, bodyLimit, behindProxy } = options;
  const limits = {
    headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkMs,
    keepAliveTimeout: keepAliveMs,
    // A missing Host header is refused by our own guard, in our own form.
    requireHostHeader: false,
  };
  const server = certificate === null
    ? createServer(limits, inTurn(handler))
    // Of an https.Server all that is used here and in fastify is what it shares with this one.
    : createTlsServer({
      ...limits, ...certificate.context, handshakeTimeout: handshakeMs,
    }, inTurn(handler)) as unknown as Server;
  server.setTimeout(silentSocketMs);
  server.maxConnections = connectionsMax;
  if (!behindProxy) boundPerAddress(server);
  answerSpecialRequests(server, bodyLimit, answers);
  return server;
}
