import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { problemOf } from './problem.ts';

/** Answers to what never becomes a request that fastify sees. */

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request', 405: 'Method Not Allowed', 408: 'Request Timeout',
  413: 'Payload Too Large', 431: 'Request Header Fields Too Large',
};

/** Codes of node's HTTP parser and time-outs. */
const parserCodes: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'payload_too_large',
};

/** Answers for connections on which nothing else will be said. */
export class RawAnswers {
  readonly #usual: Readonly<Record<string, string>>;

  /** `usual`: headers that every answer has. */
  constructor(usual: Readonly<Record<string, string>>) {
    this.#usual = usual;
  }

  give(socket: Duplex, code: ErrorCode, more: Record<string, string> = {}): void {
    answerRaw(socket, code, { ...this.#usual, ...more });
  }
}

function answerRaw(socket: Duplex, code: ErrorCode, more: Record<string, string>): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const id = randomUUID();
  const problem = problemOf(new OrderlyError(code), { id, path: '' });
  const headers = {
    ...problem.headers, ...more, 'x-request-id': id,
    connection: 'close', 'content-length': String(Buffer.byteLength(problem.body)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const status = `${problem.status} ${reasons[problem.status] ?? 'Error'}`;
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${problem.body}`, () => socket.destroy());
}

type OnClientError = (error: NodeJS.ErrnoException, socket: Socket) => void;

/** For fastify's clientErrorHandler. */
export const clientErrorHandler = (answers: RawAnswers): OnClientError => (error, socket) => {
  if (error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const word = error.code ?? '';
  const code = Object.hasOwn(parserCodes, word) ? parserCodes[word] : undefined;
  answers.give(socket, code ?? 'invalid_request');
};

/** `bodyLimit` in bytes: a client that asks first is told before it sends too much. */
export function answerSpecialRequests(
  server: Server, bodyLimit: number, answers: RawAnswers,
): void {
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    // A tunnel is never opened, so there is no resource whose methods could be listed.
    socket.on('error', () => socket.destroy());
    answers.give(socket, 'method_not_allowed', { allow: 'GET, HEAD, POST' });
  });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers['content-length'] ?? 0) > bodyLimit) {
      answers.give(request.socket, 'payload_too_large');
      return;
    }
    response.writeContinue();
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage) => {
    answers.give(request.socket, 'invalid_request');
  });
}
