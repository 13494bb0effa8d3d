import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { must } from '../../../shared/runtime/assert.ts';

/** A front end that says what a test wants it to say, true or not. */
export class ScriptedDoor {
  /** Method and path of each request, with what it sent as Last-Event-ID. */
  readonly seen: { at: string; after: string | undefined }[] = [];
  /** By method and path, without the query. */
  readonly answers = new Map<string, (response: ServerResponse) => void>();
  readonly #server: Server = createServer((request, response) => {
    this.#serve(request, response);
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => { resolve(); });
    });
    const address = this.#server.address();
    const port = typeof address === 'object' ? must(address, 'it listens').port : 0;
    return `http://127.0.0.1:${port}`;
  }

  json(at: string, body: unknown, status = 200): void {
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    this.answers.set(at, (response) => {
      response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
    });
  }

  /** The texts one after the other, one each connection; the last one stays open. */
  stream(at: string, texts: readonly string[]): void {
    let connection = 0;
    this.answers.set(at, (response) => {
      const last = connection >= texts.length - 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(texts[Math.min(connection++, texts.length - 1)] ?? '');
      if (!last) response.end();
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => { this.#server.close(() => { resolve(); }); });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const at = `${request.method ?? ''} ${(request.url ?? '').replace(/\?.*/, '')}`;
    const after = request.headers['last-event-id'];
    this.seen.push({ at, after: typeof after === 'string' ? after : undefined });
    const answer = this.answers.get(at);
    request.resume();
    if (answer === undefined) response.writeHead(404).end();
    else answer(response);
  }
}

/** GET /v1/cluster of three back ends, the last of them gone. */
export function clusterBody(name = (id: string): string => id): Record<string, unknown> {
  const member = (n: number, parts: object): object => ({
    id: name(`backend-${n}`), store_id: `s${n}`, address: name(`127.0.0.1:310${n}`),
    in_sync: true, reachable: true, role: 'backup', state: 'in sync', down: false,
    epoch: 3, applied_lsn: 40 + n, lag: 0, uptime_s: 100 * n, version: name('0.1.0'),
    last_seen_ms: 200, ...parts,
  });
  return {
    group: name('main'),
    view: { view_number: 7, epoch: 3, in_sync: ['s1', 's2'], min_in_sync: 1 },
    front_end: { primary_address: name('127.0.0.1:3101'), electing: false },
    members: [
      member(1, { role: 'primary', state: 'serving' }),
      member(2, { lag: 1 }),
      member(3, {
        in_sync: false, reachable: false, role: 'failed', state: 'failed', down: null, epoch: null,
        applied_lsn: null, lag: null, uptime_s: null, version: null, last_seen_ms: 12_000,
      }),
    ],
    name_server: { address: name('127.0.0.1:7400'), reachable: true },
    front_ends: [{ id: name('frontend-1'), address: name('127.0.0.1:8080'), alive: true }],
    geocoders: [{ name: name('postcodes.io'), state: 'closed' }],
  };
}
