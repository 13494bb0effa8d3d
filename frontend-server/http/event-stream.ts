import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../shared/runtime/clock.ts';
import { untraced } from '../../shared/runtime/trace.ts';
import type { Audience } from '../events/audience.ts';
import type { StreamRequest } from '../events/event-hub.ts';
import type { StreamSink } from '../events/stream-sink.ts';
import type { Identities, Identity } from '../identity.ts';
import { streams } from '../operations/events.ts';
import type { Access, Desk } from '../operations/operation.ts';
import type { PublicStream } from '../operations/stream.ts';
import { checkStreamParams } from '../operations/stream.ts';
import type { Fields } from './rest-request.ts';

/** The streams of server-sent events as responses that stay open. */

/** For a reader that takes nothing any more: what it was sent has to be given up. */
const goneMs = 1_000;
const keepAliveMs = 30_000;

/** A response as the place where a stream is written. */
class ResponseSink implements StreamSink {
  readonly #response: ServerResponse;
  readonly #clock: Clock;

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response;
    this.#clock = clock;
    // A reset tells no more than the close that follows it.
    response.on('error', () => {});
  }

  get bufferedBytes(): number {
    return this.#response.writableLength;
  }

  write(text: string): void {
    this.#response.write(text);
  }

  drained(withinMs: number): Promise<boolean> {
    const response = this.#response;
    if (!response.writableNeedDrain || response.destroyed) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (drained: boolean): void => {
        timer.cancel();
        response.off('drain', yes).off('close', yes);
        resolve(drained);
      };
      const yes = (): void => settle(true);
      const timer = this.#clock.setTimer(withinMs, () => settle(false));
      response.on('drain', yes).on('close', yes);
    });
  }

  end(): void {
    const timer = this.#clock.setTimer(goneMs, () => this.cut());
    this.#response.once('close', () => timer.cancel());
    this.#response.end();
  }

  cut(): void {
    this.#response.destroy();
  }

  onClose(listener: () => void): void {
    // Who asked may have left before the answer began; that is not said again.
    if (this.#response.destroyed) queueMicrotask(listener);
    else this.#response.once('close', listener);
  }
}

/** Takes the response out of fastify's hands, with the headers that every answer has. */
function openSink(reply: FastifyReply, clock: Clock): StreamSink {
  const { raw } = reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value);
  }
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    // The connection ends with the stream, so that a front end that stops need not wait for it.
    connection: 'close',
    'cache-control': 'no-store, no-transform',
    // Proxies that gather answers would hold events back.
    'x-accel-buffering': 'no',
  });
  raw.flushHeaders();
  // It is silent between signs of life; a reader that is gone is noticed by the system.
  raw.socket?.setTimeout(0);
  raw.socket?.setKeepAlive(true, keepAliveMs);
  raw.socket?.setNoDelay(true);
  return new ResponseSink(raw, clock);
}

const onlyOne = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header.join(', ') : header) ?? null;

/** The header comes first: a client that connects again sends its old address with it. */
function lastEventIdOf(request: FastifyRequest): string | null {
  const asked = (request.query as Fields)['last_event_id'];
  const header = onlyOne(request.headers['last-event-id']);
  if (header !== null && header !== '') return header;
  return typeof asked === 'string' && asked !== '' ? asked : null;
}

interface StreamRouteParts {
  desk: Desk;
  identities: Identities;
  clock: Clock;
}

/** Adds the routes of the streams table; they end before the server waits for its connections. */
export function addEventStreams(app: FastifyInstance, parts: StreamRouteParts): void {
  app.addHook('preClose', (done) => {
    parts.desk.events.drain();
    done();
  });
  for (const stream of streams) {
    for (const url of stream.paths) addRoute(app, { ...parts, stream, url });
  }
}

/** Whoever tracks an order has shown its token, not who they are. */
function inTheNameOf(
  audience: Audience, { actor, session }: Identity,
): Pick<StreamRequest, 'reader' | 'caller'> {
  if (audience.kind === 'tracker') {
    const principal = { kind: 'system', id: null } as const;
    return { reader: { principal }, caller: `tracker ${audience.orderId}` };
  }
  const reader = { principal: actor, ...(session !== null && { session }) };
  return { reader, caller: `${actor.kind} ${actor.id ?? ''}` };
}

function isGood(identities: Identities, access: Access, authorization?: string): boolean {
  try {
    identities.admit(access, authorization);
    return true;
  } catch {
    // Whatever is wrong with it now, it was good once and has expired.
    return false;
  }
}

type RouteParts = StreamRouteParts & { stream: PublicStream; url: string };

function addRoute(app: FastifyInstance, parts: RouteParts): void {
  const { stream, url, desk, identities, clock } = parts;
  app.route({
    method: 'GET',
    url,
    exposeHeadRoute: false,
    config: { endless: true },
    onRequest: (request, _reply, done) => {
      identities.admit(stream.access, request.headers.authorization);
      done();
    },
    handler: async (request, reply) => {
      const sent = { ...request.query as Fields, ...request.params as Fields };
      const params = checkStreamParams(stream, sent);
      const identity = identities.admit(stream.access, request.headers.authorization);
      const plan = stream.listen(params, { ...identity, prefer: null }, desk);
      const listening = {
        ...plan, ...inTheNameOf(plan.audience, identity),
        lastEventId: lastEventIdOf(request),
        isGood: () => isGood(identities, stream.access, request.headers.authorization),
      };
      await untraced(() => desk.events.confirm(listening.reader));
      // It outlives the request, and the feed behind it works for all.
      untraced(() => desk.events.open(listening, () => openSink(reply, clock)));
    },
  });
}
