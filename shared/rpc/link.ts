import { systemClock } from '../runtime/clock.ts';
import type { Timer } from '../runtime/clock.ts';
import { untraced } from '../runtime/trace.ts';
import { dial } from './dial.ts';
import type { DialFailure, DialOptions } from './dial.ts';
import { pingMethod } from './dispatch.ts';
import { FramedSocket } from './framed-socket.ts';
import type { Call } from './outstanding-calls.ts';

/** A JSON text on its way out; a notification has no call. */
export interface Outgoing {
  text: string;
  call: Call | null;
}

export interface LinkEvents {
  onFrame(payload: Buffer): void;
  /** A connection is there; what waited for it is on its way. */
  onUp(): void;
  /** The attempt failed; what waited for it is forgotten. */
  onFailed(failure: DialFailure): void;
  /** The connection is gone. */
  onLost(why: string): void;
}

/** After a failed attempt nothing but a call starts the next one for so long. */
const dialPauseMs = 50;
/** Silence after something was sent, until we ask for a sign of life, and until we give up. */
const silenceMsUntilPing = 1_000;
const silenceMsMax = 5_000;

const pingText = JSON.stringify({ jsonrpc: '2.0', id: 'ping', method: pingMethod, params: {} });

/**
 * The connection to one address: made when something is to be sent, one at a time. A connection
 * that was cut without a word (a cable, a firewall) would keep TCP retrying for minutes after the
 * network is back; so when we send and hear nothing, we ask, and then start a new connection.
 */
export class Link {
  readonly #options: DialOptions;
  readonly #events: LinkEvents;
  #socket: FramedSocket | null = null;
  #dialing: AbortController | null = null;
  #waiting: Outgoing[] = [];
  #waitingBytes = 0;
  #failedAtMs = Number.NEGATIVE_INFINITY;
  #watch: Timer | null = null;

  constructor(options: DialOptions, events: LinkEvents) {
    this.#options = options;
    this.#events = events;
  }

  get connected(): boolean {
    return this.#openSocket !== null;
  }

  /** A socket that was destroyed reports it in a later turn; it takes nothing any more. */
  get #openSocket(): FramedSocket | null {
    return this.#socket?.closed === false ? this.#socket : null;
  }

  /** Bytes that have not reached the network. */
  get backlogBytes(): number {
    return this.#waitingBytes + (this.#socket?.backlogBytes ?? 0);
  }

  /** True shortly after a failed attempt: not worth another one for a message that may be lost. */
  get resting(): boolean {
    return !this.connected && this.#dialing === null
      && systemClock.nowMs() - this.#failedAtMs < dialPauseMs;
  }

  /** Sends, or waits for the connection that is started by this. */
  send(outgoing: Outgoing): void {
    const socket = this.#openSocket;
    if (socket !== null) {
      this.#write(socket, outgoing);
      return;
    }
    this.#waiting.push(outgoing);
    this.#waitingBytes += outgoing.text.length;
    if (this.#dialing === null) this.#startDial();
  }

  /** Starts a connection where there is none. */
  connect(): void {
    if (!this.connected && this.#dialing === null) this.#startDial();
  }

  /** Closes at once what there is. */
  drop(why: string): void {
    this.#dialing?.abort();
    this.#socket?.destroy(why);
  }

  /** Writes what is queued, then closes. */
  end(): void {
    this.#dialing?.abort();
    void this.#socket?.end();
  }

  /** The connection outlives the request that needs it first. */
  #startDial(): void {
    void untraced(() => this.#dial());
  }

  async #dial(): Promise<void> {
    const dialing = new AbortController();
    this.#dialing = dialing;
    const dialed = await dial(this.#options, dialing.signal);
    this.#dialing = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if ('reason' in dialed) {
      this.#failedAtMs = systemClock.nowMs();
      this.#events.onFailed(dialed);
      return;
    }
    const socket = new FramedSocket(dialed.socket, {
      onFrame: (payload) => this.#events.onFrame(payload),
      onClose: (why) => {
        if (this.#socket === socket) {
          this.#socket = null;
          this.#watch?.cancel();
          this.#watch = null;
        }
        this.#events.onLost(why);
      },
    });
    this.#socket = socket;
    this.#watch?.cancel();
    this.#watch = null;
    for (const outgoing of waiting) this.#write(socket, outgoing);
    this.#events.onUp();
  }

  #write(socket: FramedSocket, { text, call }: Outgoing): void {
    // A call that ran into its deadline while it waited must not be carried out after all.
    if (call?.over === true) return;
    if (call !== null) call.sent = true;
    socket.send(text);
    if (this.#watch === null) this.#watchSilence(socket, silenceMsUntilPing);
  }

  #watchSilence(socket: FramedSocket, ms: number): void {
    const heard = socket.received;
    this.#watch = systemClock.setTimer(ms, () => {
      this.#watch = null;
      if (socket.received !== heard) return;
      if (ms === silenceMsMax) {
        socket.destroy('silent');
        return;
      }
      socket.send(pingText);
      this.#watchSilence(socket, silenceMsMax);
    });
  }
}
