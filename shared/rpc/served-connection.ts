import { setMaxListeners } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { OrderlyError } from '../contract/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { systemClock } from '../runtime/clock.ts';
import { refusedFrame } from './dispatch.ts';
import type { Caller, Dispatch } from './dispatch.ts';
import { frameBytesMax, frameItemsMax } from './frame.ts';
import { backlogBytesMax, FramedSocket } from './framed-socket.ts';
import { parseJson, poisonIn } from './json-guard.ts';
import type { Identity } from './psk.ts';
import { hide } from './wire-error.ts';

export interface ServedConnectionOptions {
  dispatch: Dispatch;
  logger: Logger;
  onClose: () => void;
}

/** Calls of one connection that may run at the same time; more are refused as `overloaded`. */
const runningCallsMax = 16_384;

/** The server's end of one connection. */
export class ServedConnection {
  readonly #socket: FramedSocket;
  readonly #caller: Caller;
  readonly #dispatch: Dispatch;
  readonly #logger: Logger;
  #running = 0;
  #draining: (() => void) | null = null;

  constructor(socket: TLSSocket, identity: Identity, options: ServedConnectionOptions) {
    const closing = new AbortController();
    // Every running call may listen; that many listeners are no leak.
    setMaxListeners(0, closing.signal);
    this.#caller = { class: identity.class, id: identity.id, signal: closing.signal };
    this.#dispatch = options.dispatch;
    this.#logger = options.logger;
    this.#socket = new FramedSocket(socket, {
      onFrame: (payload) => this.#onFrame(payload),
      onClose: (why) => {
        this.#logger.debug({ caller: this.#caller.id, why }, 'connection closed');
        closing.abort();
        this.#draining?.();
        options.onClose();
      },
    });
  }

  drop(): void {
    this.#socket.destroy('dropped');
  }

  /** Refuses new calls, lets the running ones answer for drainMs at most, and closes. */
  async drain(drainMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = systemClock.setTimer(drainMs, resolve);
      this.#draining = () => {
        timer.cancel();
        resolve();
      };
      if (this.#running === 0 || this.#socket.closed) this.#draining();
    });
    await this.#socket.end();
  }

  #onFrame(payload: Buffer): void {
    const parsed = parseJson(payload);
    if (!parsed.ok) {
      this.#logger.warn({ caller: this.#caller.id, why: parsed.why }, 'frame refused');
      this.#answer(refusedFrame(new OrderlyError(parsed.code)));
      return;
    }
    const items = Array.isArray(parsed.value) ? parsed.value as unknown[] : [parsed.value];
    if (items.length === 0 || items.length > frameItemsMax) {
      this.#answer(refusedFrame(new OrderlyError(
        'invalid_request', `A batch holds 1 to ${frameItemsMax} requests.`,
      )));
      return;
    }
    for (const item of items) this.#start(item, parsed.suspicious ? poisonIn(item) : null);
  }

  /** One bad item must not cost the others of its frame their answers. */
  #start(item: unknown, poison: string | null): void {
    const refusal = poison === null ? this.#refusal() : new OrderlyError('invalid_params', poison);
    if (refusal !== null) {
      this.#answer({ ...refusedFrame(refusal), id: idOf(item) });
      return;
    }
    this.#running++;
    this.#dispatch(item, this.#caller, (response) => {
      this.#running--;
      if (response !== null) this.#answer(response);
      if (this.#running === 0) this.#draining?.();
    });
  }

  #refusal(): OrderlyError | null {
    if (this.#draining !== null) return new OrderlyError('unavailable', 'This server is stopping.');
    return this.#running >= runningCallsMax ? new OrderlyError('overloaded') : null;
  }

  #answer(response: object): void {
    if (this.#socket.closed) return;
    this.#socket.send(this.#textOf(response));
    if (this.#socket.backlogBytes > backlogBytesMax) {
      this.#socket.destroy('answers are not read');
    }
  }

  /** An answer that can not be sent becomes one that says so. */
  #textOf(response: object): string {
    let failure: OrderlyError;
    try {
      const text = JSON.stringify(response);
      if (text.length <= frameBytesMax / 3 || Buffer.byteLength(text) <= frameBytesMax) return text;
      failure = new OrderlyError('payload_too_large', 'The answer is too large to send.');
    } catch (error) {
      failure = hide(error, 'answer', this.#logger);
    }
    return JSON.stringify({ ...refusedFrame(failure), id: idOf(response) });
  }
}

function idOf(item: unknown): string | number | null {
  if (typeof item !== 'object' || item === null || !('id' in item)) return null;
  return typeof item.id === 'string' || Number.isSafeInteger(item.id)
    ? item.id as string | number : null;
}
