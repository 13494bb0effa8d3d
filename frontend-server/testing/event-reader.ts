import { request } from 'undici';
import { systemClock } from '../../shared/runtime/clock.ts';

/** One event as it was read. */
export interface ReadEvent {
  type: string;
  /** null where the event had none of its own. */
  id: string | null;
  data: unknown;
}

export interface ReaderOptions {
  /** Base addresses, taken in turn from connection to connection. */
  urls: readonly string[];
  token: string;
  /** With `?types=...` where wanted. */
  path?: string;
  lastEventId?: string;
  /** Connect again after a connection has ended; true unless told otherwise. */
  persistent?: boolean;
}

const againMs = 20;

/**
 * A client of an event stream that does what the standard says and no more: takes ids with or
 * without data, and connects again with the last one.
 */
export class EventReader {
  readonly events: ReadEvent[] = [];
  /** Lines that say nothing. */
  comments = 0;
  /** What was answered instead of a stream, by status. */
  readonly refusals: number[] = [];
  connections = 0;
  retryMs: number | null = null;
  lastEventId: string | null;
  readonly #options: ReaderOptions;
  #over = new AbortController();
  #current = new AbortController();
  #running: Promise<void>;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.lastEventId = options.lastEventId ?? null;
    this.#running = this.#run();
  }

  /** Those of one kind: `order.placed`, or `order.` for all that begin so. */
  of(type: string): ReadEvent[] {
    return this.events.filter((event) =>
      event.type === type || (type.endsWith('.') && event.type.startsWith(type)));
  }

  /** Resolves when the connection has ended for good. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** As when a cable is pulled: connects again from where it is. */
  breakConnection(): void {
    this.#current.abort();
  }

  async stop(): Promise<void> {
    this.#over.abort();
    this.#current.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { persistent = true } = this.#options;
    do {
      this.#current = new AbortController();
      try {
        await this.#connect();
      } catch {
        // Refused, cut off, or broken by the test: each ends a connection.
      }
      if (persistent) await systemClock.sleep(againMs, this.#over.signal);
    } while (persistent && !this.#over.signal.aborted);
  }

  async #connect(): Promise<void> {
    const { urls, token, path = '/v1/events' } = this.#options;
    const url = urls[this.connections % urls.length] ?? '';
    this.connections += 1;
    const { statusCode, body } = await request(`${url}${path}`, {
      signal: this.#current.signal,
      headersTimeout: 5_000,
      bodyTimeout: 0,
      headers: {
        authorization: `Bearer ${token}`,
        ...(this.lastEventId !== null && { 'last-event-id': this.lastEventId }),
      },
    });
    if (statusCode !== 200) this.refusals.push(statusCode);
    let text = '';
    for await (const chunk of body.setEncoding('utf8')) {
      text += String(chunk);
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      if (statusCode === 200) for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    let type = 'message';
    let id: string | null = null;
    let data: string | null = null;
    for (const line of block.split('\n')) {
      const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (field === '') this.comments += 1;
      if (field === 'event') type = value;
      if (field === 'id') id = value;
      if (field === 'data') data = data === null ? value : `${data}\n${value}`;
      if (field === 'retry') this.retryMs = Number(value);
    }
    this.lastEventId = id ?? this.lastEventId;
    if (data !== null) this.events.push({ type, id, data: JSON.parse(data) as unknown });
  }
}
