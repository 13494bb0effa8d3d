import type { Track } from '../../shared/contract/track.ts';
import { isOver } from '../model/track-words.ts';
import { apiOf } from '../net/api.ts';
import { EventStream } from '../net/event-stream.ts';
import type { Session } from '../net/session.ts';

/** One order followed by its token, by somebody without an account, until it is over. */

export type Told =
  | { kind: 'track'; track: Track; live: boolean }
  | { kind: 'unknown' }
  /** Nobody answers; what was told last may be old. */
  | { kind: 'lost' };

/** The token is all that is shown: whoever else uses this browser has nothing to do with it. */
const nobody: Session = {
  token: null, signIn: () => false, signOut: () => {}, onChange: () => {},
};
const api = apiOf(nobody);
const gatherMs = 150;
const retryMs = 5_000;
const unknownCodes = [400, 404, 422];

export class TrackFeed {
  readonly #path: string;
  readonly #onTold: (told: Told) => void;
  #stream: EventStream | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #track: Track | null = null;
  #live = false;
  #closed = false;

  constructor(token: string, onTold: (told: Told) => void) {
    this.#path = `/v1/track/${encodeURIComponent(token)}`;
    this.#onTold = onTold;
    void this.#look();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stream?.close();
  }

  #soon(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { void this.#look(); }, ms);
  }

  async #look(): Promise<void> {
    const reply = await api.get<Track>(this.#path);
    if (this.#closed) return;
    if (!reply.ok) {
      if (unknownCodes.includes(reply.refusal.status)) {
        this.#onTold({ kind: 'unknown' });
        this.close();
        return;
      }
      this.#onTold({ kind: 'lost' });
      this.#soon(retryMs);
      return;
    }
    if (reply.body.version >= (this.#track?.version ?? 0)) this.#track = reply.body;
    this.#tell();
    if (isOver(reply.body)) this.close();
    else this.#stream ??= this.#listen();
  }

  #listen(): EventStream {
    return new EventStream(nobody, {
      onEvent: () => this.#soon(gatherMs),
      onState: (state) => {
        this.#live = state === 'live';
        this.#tell();
      },
    }, `${this.#path}/events`);
  }

  #tell(): void {
    if (this.#track !== null) {
      this.#onTold({ kind: 'track', track: this.#track, live: this.#live });
    }
  }
}
