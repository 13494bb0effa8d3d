import type { Heard, SentEvent } from '../model/sse.ts';
import { SseParser } from '../model/sse.ts';
import type { Session } from './session.ts';

/**
 * GET /v1/events, or another stream, for as long as the page is open. Read with fetch instead of
 * EventSource, which can not send a token. After any break it goes on behind the last id, so that
 * the server tells everything since, and nothing twice.
 */

export type StreamState = 'connecting' | 'live' | 'broken' | 'refused';

export interface StreamListener {
  onEvent(event: SentEvent): void;
  onState(state: StreamState): void;
}

/** The server gives a sign of life every 15 s. */
const silentMs = 40_000;
const pauseMsMax = 5_000;
const refusedPauseMs = 10_000;

const sleep = (ms: number, over: AbortSignal): Promise<void> => new Promise((resolve) => {
  const timer = setTimeout(resolve, ms);
  over.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
});

export class EventStream {
  readonly #session: Session;
  readonly #listener: StreamListener;
  readonly #path: string;
  /** Null: it begins now, with a snapshot. */
  #lastId: string | null = null;
  #retryMs = 1_000;
  #over = new AbortController();

  constructor(session: Session, listener: StreamListener, path = '/v1/events') {
    this.#session = session;
    this.#listener = listener;
    this.#path = path;
    void this.#follow(this.#over.signal);
  }

  close(): void {
    this.#over.abort();
  }

  async #follow(over: AbortSignal): Promise<void> {
    for (let failures = 0; !over.aborted;) {
      const state = await this.#listen(over);
      if (over.aborted) return;
      this.#listener.onState(state === 'live' ? 'broken' : state);
      failures = state === 'live' ? 0 : failures + 1;
      const backOffMs = Math.min(this.#retryMs * 2 ** Math.min(failures, 4) / 2, pauseMsMax);
      await sleep(state === 'refused' ? refusedPauseMs : backOffMs, over);
    }
  }

  /** One connection, until it ends; tells how far it came. */
  async #listen(over: AbortSignal): Promise<StreamState> {
    const connection = new AbortController();
    over.addEventListener('abort', () => connection.abort(), { once: true });
    let silence = setTimeout(() => connection.abort(), silentMs);
    let state: StreamState = 'connecting';
    try {
      const response = await fetch(this.#path, {
        headers: this.#headers(), signal: connection.signal, cache: 'no-store',
        credentials: 'omit',
      });
      if (response.status === 401 || response.status === 403) return 'refused';
      if (!response.ok || response.body === null) return 'broken';
      state = 'live';
      this.#listener.onState(state);
      const parser = new SseParser(this.#lastId);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return state;
        clearTimeout(silence);
        silence = setTimeout(() => connection.abort(), silentMs);
        this.#tell(parser.push(value));
        this.#lastId = parser.lastId;
      }
    } catch {
      // Reset, refused or silent: the next connection goes on where this one stopped.
      return state === 'live' ? 'live' : 'broken';
    } finally {
      clearTimeout(silence);
      connection.abort();
    }
  }

  #headers(): Record<string, string> {
    const { token } = this.#session;
    return {
      accept: 'text/event-stream',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(this.#lastId !== null && { 'last-event-id': this.#lastId }),
    };
  }

  #tell({ events, retryMs }: Heard): void {
    this.#retryMs = retryMs ?? this.#retryMs;
    for (const event of events) this.#listener.onEvent(event);
  }
}
