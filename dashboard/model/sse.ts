/** The text of server-sent events as it comes in, in pieces of any length. */

export interface SentEvent {
  type: string;
  /** The last id that was told, of this event or of one before it; null: none yet. */
  id: string | null;
  data: string;
}

export interface Heard {
  events: SentEvent[];
  /** How long to wait before connecting again, where the server has said so. */
  retryMs: number | null;
}

/** A line longer than this is not of our server. */
const pendingMax = 4 * 1024 * 1024;

/** Events are told once their empty line is there; ids without data move the place silently. */
export class SseParser {
  #pending = '';
  #type = '';
  #data: string[] = [];
  #id: string | null;
  /** Becomes the id with the empty line: a connection may break between the two. */
  #nextId: string | null;

  constructor(lastId: string | null) {
    this.#id = lastId;
    this.#nextId = lastId;
  }

  /** Of the last event that was told. */
  get lastId(): string | null {
    return this.#id;
  }

  push(text: string): Heard {
    const lines = (this.#pending + text).split(/\r\n|\n|\r/);
    this.#pending = lines.pop() ?? '';
    if (this.#pending.length > pendingMax) this.#pending = '';
    const heard: Heard = { events: [], retryMs: null };
    for (const line of lines) this.#take(line, heard);
    return heard;
  }

  #take(line: string, heard: Heard): void {
    if (line === '') {
      this.#id = this.#nextId;
      if (this.#data.length > 0) {
        const type = this.#type === '' ? 'message' : this.#type;
        heard.events.push({ type, id: this.#id, data: this.#data.join('\n') });
      }
      this.#type = '';
      this.#data = [];
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#type = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#nextId = value;
    else if (field === 'retry' && /^\d{1,7}$/.test(value)) heard.retryMs = Number(value);
  }
}
