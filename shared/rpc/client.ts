import { OrderlyError } from '../contract/errors.ts';
import type { Method } from '../contract/method.ts';
import { silentLogger } from '../runtime/logger.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { traceToSend } from '../runtime/trace.ts';
import type { DialFailure } from './dial.ts';
import { frameBytesMax } from './frame.ts';
import { backlogBytesMax } from './framed-socket.ts';
import { parseJson, poisonIn } from './json-guard.ts';
import { Link } from './link.ts';
import { OutstandingCalls } from './outstanding-calls.ts';
import type { Identity } from './psk.ts';
import { clientDurations } from './rpc-metrics.ts';
import type { ClusterSecret } from './secret.ts';

export interface RpcClientOptions {
  secret: ClusterSecret;
  identity: Identity;
  /** `host:port` or `[v6]:port`. */
  address: string;
  logger?: Logger;
}

/** refused: an attempt to connect failed; reset: a connection was lost; closed: by close(). */
export type CloseReason = 'refused' | 'reset' | 'closed';

export interface CallOptions {
  deadlineMs: number;
  /** Aborting it fails the call with data.reason 'cancelled'. */
  signal?: AbortSignal;
}

const fits = (text: string): boolean =>
  text.length <= frameBytesMax / 3 || Buffer.byteLength(text) <= frameBytesMax;

/**
 * Calls to one server over one connection, which is made when it is needed and made again after
 * it was lost. Calls that are made in one turn of the event loop travel in one write.
 */
export class RpcClient {
  readonly #link: Link;
  readonly #address: string;
  readonly #logger: Logger;
  readonly #calls = new OutstandingCalls();
  readonly #closeListeners: ((reason: CloseReason) => void)[] = [];
  #connecting: ((failure: DialFailure | null) => void)[] = [];
  /** Logged once, for people have to mend it and it does not pass by itself. */
  #handshakeFailed = false;
  #closed = false;

  constructor(options: RpcClientOptions) {
    this.#logger = (options.logger ?? silentLogger).child({ to: options.address });
    this.#address = options.address;
    this.#link = new Link(options, {
      onFrame: (payload) => this.#onFrame(payload),
      onUp: () => this.#onUp(),
      onFailed: (failure) => this.#onFailed(failure),
      onLost: (why) => this.#onLost(why),
    });
  }

  get connected(): boolean {
    return this.#link.connected;
  }

  /** The listener hears of every connection that ends and every attempt that fails. */
  onClose(listener: (reason: CloseReason) => void): void {
    this.#closeListeners.push(listener);
  }

  /**
   * Makes a call. Throws OrderlyError only: the server's own error; `unavailable` when it was
   * never sent (data.reason 'refused', 'unreachable', 'handshake'); `outcome_unknown` when it was
   * sent and no answer came (data.reason 'timeout', 'reset'); `overloaded` or
   * `payload_too_large` when it can not be sent.
   */
  async call<P, R>(method: Method<P, R>, params: P, options: CallOptions): Promise<R> {
    const refusal = this.#refusal(options.signal);
    if (refusal !== null) throw refusal;
    const id = this.#calls.nextId();
    // Beside the params: a server that knows nothing of traces ignores it.
    const trace = traceToSend();
    const text = JSON.stringify({ jsonrpc: '2.0', id, method: method.name, params, trace });
    if (!fits(text)) throw new OrderlyError('payload_too_large');
    const startMs = systemClock.nowMs();
    const ended = (outcome: string): void =>
      clientDurations.took(systemClock.nowMs() - startMs, method.name, this.#address, outcome);
    return new Promise<R>((resolve, reject) => {
      const call = this.#calls.open({ id, method: method as Method, ...options }, {
        resolve: (result) => {
          ended('ok');
          resolve(result as R);
        },
        reject: (error) => {
          ended(error.code);
          reject(error);
        },
      });
      this.#link.send({ text, call });
    });
  }

  /**
   * Sends without waiting for anything. False: it was dropped (closed, too much waiting, too
   * large, or an attempt to connect has just failed). True promises nothing.
   */
  notify<P>(method: Method<P, unknown>, params: P): boolean {
    if (this.#refusal() !== null || this.#link.resting) return false;
    const text = JSON.stringify({ jsonrpc: '2.0', method: method.name, params });
    if (!fits(text)) return false;
    this.#link.send({ text, call: null });
    return true;
  }

  /** Connects where there is no connection; throws `unavailable` as `call` does. */
  async connect(): Promise<void> {
    const refusal = this.#refusal();
    if (refusal !== null) throw refusal;
    if (this.#link.connected) return;
    const failure = await new Promise<DialFailure | null>((resolve) => {
      this.#connecting.push(resolve);
      this.#link.connect();
    });
    if (failure !== null) {
      throw new OrderlyError('unavailable', undefined, { reason: failure.reason });
    }
  }

  /** Closes for good; running calls fail as if the connection was lost. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const hadConnection = this.#link.connected;
    this.#link.end();
    this.#calls.connectionLost();
    if (!hadConnection) this.#tell('closed');
  }

  #refusal(signal?: AbortSignal): OrderlyError | null {
    if (this.#closed) return new OrderlyError('unavailable', undefined, { reason: 'closed' });
    if (signal?.aborted === true) {
      return new OrderlyError('unavailable', undefined, { reason: 'cancelled' });
    }
    return this.#link.backlogBytes > backlogBytesMax ? new OrderlyError('overloaded') : null;
  }

  #onFrame(payload: Buffer): void {
    const parsed = parseJson(payload);
    if (!parsed.ok) {
      // We can not tell which calls it answers; a new connection is the way back to sense.
      this.#logger.warn({ why: parsed.why }, 'answer refused, connection dropped');
      this.#link.drop('bad answer');
      return;
    }
    const items = Array.isArray(parsed.value) ? parsed.value as unknown[] : [parsed.value];
    for (const item of items) this.#onAnswer(item, parsed.suspicious && poisonIn(item) !== null);
  }

  #onAnswer(item: unknown, poisoned: boolean): void {
    const taken = this.#calls.answer(item, { poisoned });
    if (taken === 'unknown') this.#logger.debug({}, 'an answer nobody waits for');
    if (taken !== 'nameless') return;
    this.#logger.warn({}, 'the server refused a frame of ours, connection dropped');
    this.#link.drop('frame refused');
  }

  #onUp(): void {
    this.#handshakeFailed = false;
    this.#connected(null);
  }

  #onFailed(failure: DialFailure): void {
    const news = failure.reason === 'handshake' && !this.#handshakeFailed;
    this.#handshakeFailed = failure.reason === 'handshake';
    if (news) this.#logger.warn({ ...failure }, 'handshake failed: another key, or no RPC server');
    else this.#logger.debug({ ...failure }, 'can not connect');
    this.#calls.notConnected(failure);
    this.#connected(failure);
    if (!this.#closed) this.#tell('refused');
  }

  #onLost(why: string): void {
    this.#logger.debug({ why }, 'connection lost');
    this.#calls.connectionLost();
    this.#tell(this.#closed ? 'closed' : 'reset');
  }

  #connected(failure: DialFailure | null): void {
    const waiting = this.#connecting;
    this.#connecting = [];
    for (const resolve of waiting) resolve(failure);
  }

  #tell(reason: CloseReason): void {
    for (const listener of this.#closeListeners) listener(reason);
  }
}
