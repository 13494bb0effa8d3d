/** One event of a stream of server-sent events. */
export interface StreamEvent {
  type: string;
  /** Where the stream stands after it; empty until the stream has said so. */
  id: string;
  data: unknown;
}

/** A stream that sends more than this without an event is none of ours. */
const pendingMax = 4 * 1024 * 1024;

/**
 * Events out of the text of a stream, as the HTML standard reads it. Data that is no JSON makes no
 * event. Pieces may be cut anywhere.
 */
export class EventParser {
  /** The newest id, also of an event without data; empty until there is one. */
  lastId = '';
  /** How long the server wants a reader to wait before it connects again. */
  retryMs: number | null = null;
  readonly #decoder = new TextDecoder();
  #pending = '';
  #type = '';
  #data: string[] = [];

  /** `after` is the id of the last event of an earlier connection. */
  constructor(after = '') {
    this.lastId = after;
  }

  take(piece: Uint8Array): StreamEvent[] {
    this.#pending += this.#decoder.decode(piece, { stream: true });
    // A line break of two characters may be cut in the middle: it waits for its other half.
    const lines = this.#pending.split(/\r\n|\n|\r(?!$)/);
    this.#pending = (lines.pop() ?? '').slice(0, pendingMax);
    return lines.map((line) => this.#line(line)).filter((event) => event !== null);
  }

  #line(line: string): StreamEvent | null {
    if (line === '') return this.#end();
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/su.exec(line) ?? [];
    if (name === 'event') this.#type = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.lastId = value;
    else if (name === 'retry' && /^\d{1,7}$/.test(value)) this.retryMs = Number(value);
    return null;
  }

  #end(): StreamEvent | null {
    const [type, text] = [this.#type, this.#data.join('\n')];
    this.#type = '';
    this.#data = [];
    if (text === '') return null;
    try {
      return { type, id: this.lastId, data: JSON.parse(text) as unknown };
    } catch {
      // Not one of our events; the next one may be.
      return null;
    }
  }
}
