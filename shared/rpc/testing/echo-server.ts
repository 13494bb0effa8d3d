import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { z } from 'zod';
import { OrderlyError } from '../../contract/errors.ts';
import { defineMethod } from '../../contract/method.ts';
import { systemClock } from '../../runtime/clock.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { FrameReader, framesOf } from '../frame.ts';
import { loadClusterSecret } from '../secret.ts';
import type { ClusterSecret } from '../secret.ts';
import { implement, serveRpc } from '../server.ts';
import type { Implementation, RpcServer, RpcServerOptions } from '../server.ts';

/** A server with a few methods and a raw connection to it, for the tests of the transport. */

export const secretOf = (word: string): ClusterSecret =>
  loadClusterSecret({ home: '/nowhere', value: word.padEnd(40, '.'), create: false });

const text = z.strictObject({ text: z.string() });

export const methods = {
  echo: defineMethod({
    name: 'test.echo', doc: 'Answers with what it was given.', params: text, result: text,
    errors: [], callers: ['peer', 'frontend'], idempotent: true,
  }),
  note: defineMethod({
    name: 'test.note', doc: 'Remembers a text.', params: text, result: z.null(),
    errors: [], callers: ['peer'], idempotent: true,
  }),
  wait: defineMethod({
    name: 'test.wait', doc: 'Answers after a while.',
    params: z.strictObject({ waitMs: z.number() }), result: z.null(),
    errors: [], callers: ['peer'], idempotent: false,
  }),
  fail: defineMethod({
    name: 'test.fail', doc: 'Fails in the way that was asked for.',
    params: z.strictObject({ how: z.enum(['known', 'sync', 'async', 'nothing', 'text', 'code']) }),
    result: z.null(), errors: ['price_changed'], callers: ['peer'], idempotent: true,
  }),
  wrong: defineMethod({
    name: 'test.wrong', doc: 'Answers with something else than it promises.',
    params: z.strictObject({ what: z.enum(['number', 'circle', 'huge', 'nul']) }), result: text,
    errors: [], callers: ['peer'], idempotent: true,
  }),
};

function fail(how: string): Promise<null> {
  if (how === 'known') {
    throw new OrderlyError('price_changed', 'It costs more now.', {
      issues: [{ pointer: '/expected_total', code: 'price', detail: '12.00' }], total: 1200,
    });
  }
  if (how === 'sync') throw new TypeError('a secret path /root/x');
  if (how === 'async') return Promise.reject(new RangeError('a secret path /root/x'));
  // Handlers should not do any of these; the transport must live with it.
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors
  if (how === 'nothing') return Promise.reject(undefined);
  // oxlint-disable-next-line typescript/only-throw-error
  if (how === 'text') throw 'a plain text';
  return Promise.reject(Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' }));
}

function wrong(what: string): unknown {
  if (what === 'number') return 7;
  if (what === 'huge') return { text: 'x'.repeat(9 * 1024 * 1024) };
  if (what === 'nul') return { text: 'a\0b' };
  const circle: { self?: object } = {};
  circle.self = circle;
  return circle;
}

export interface EchoServer extends RpcServer {
  /** Texts given to test.note, in the order of their arrival. */
  notes: string[];
  /** Calls that were carried out. */
  calls: number;
  /** Handlers of test.wait that are under way. */
  waiting: number;
}

/** Listens on loopback; options replace the usual ones. */
export async function startEchoServer(
  options: Partial<RpcServerOptions> = {},
): Promise<EchoServer> {
  const notes: string[] = [];
  const counted = { calls: 0, waiting: 0 };
  const implementations: Implementation[] = [
    implement(methods.echo, async (params) => {
      counted.calls++;
      return params;
    }),
    implement(methods.note, async (params) => {
      notes.push(params.text);
      return null;
    }),
    implement(methods.wait, async ({ waitMs }, caller) => {
      counted.calls++;
      counted.waiting++;
      await systemClock.sleep(waitMs, caller.signal);
      counted.waiting--;
      return null;
    }),
    implement(methods.fail, ({ how }) => fail(how)),
    implement(methods.wrong, async ({ what }) => wrong(what) as { text: string }),
  ];
  const server = await serveRpc({
    secret: secretOf('ours'), host: '127.0.0.1', port: 0, logger: silentLogger,
    methods: implementations, ...options,
  });
  return {
    address: server.address, port: server.port, notes,
    get calls() { return counted.calls; },
    get waiting() { return counted.waiting; },
    dropConnections: () => server.dropConnections(),
    close: () => server.close(),
  };
}

const keyFor = (identity: string): Buffer =>
  secretOf('ours').key(`psk:${identity.slice(0, identity.indexOf(':'))}`);

/** A connection that sends whatever a test wants; it has the key. */
export interface RawConnection {
  socket: TLSSocket;
  /** Sends a JSON text as one frame, as it is. */
  frame(json: string | Buffer): void;
  /** The next frame that arrives, parsed. */
  answer(): Promise<unknown>;
  closed: Promise<void>;
}

export function openRaw(
  port: number, identity = 'peer:raw', psk = keyFor(identity),
): Promise<RawConnection> {
  const waiting: ((value: unknown) => void)[] = [];
  const arrived: unknown[] = [];
  const reader = new FrameReader((payload) => {
    const value: unknown = JSON.parse(payload.toString('utf8'));
    const take = waiting.shift();
    if (take === undefined) arrived.push(value);
    else take(value);
  });
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1', port, minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256',
      pskCallback: () => ({ identity, psk }),
      checkServerIdentity: () => undefined,
    });
    const closed = new Promise<void>((done) => { socket.on('close', () => done()); });
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => { reader.feed(chunk); });
    socket.on('secureConnect', () => resolve({
      socket, closed,
      frame(json) {
        const bytes = Buffer.from(json as string);
        const header = Buffer.alloc(4);
        header.writeUInt32BE(bytes.length);
        socket.write(Buffer.concat([header, bytes]));
      },
      answer: () => new Promise((take) => {
        if (arrived.length > 0) take(arrived.shift());
        else waiting.push(take);
      }),
    }));
  });
}

/** JSON texts as the bytes of the frames that a program would send. */
export const framed = (...texts: string[]): Buffer => Buffer.concat(framesOf(texts));

/** Waits until it is true, half a minute at most. */
export async function until(condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += 5) {
    if (waitedMs > 30_000) throw new Error('it did not become true within half a minute');
    await systemClock.sleep(5);
  }
}
