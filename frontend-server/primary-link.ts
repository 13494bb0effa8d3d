import type { Method } from '../shared/contract/method.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import { replicaMethods } from '../shared/contract/replica.ts';
import type { RpcClient } from '../shared/rpc/client.ts';
import type { Clock, Timer } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Elector, Lane } from './elector.ts';
import type { Belief } from './primary-tracker.ts';
import { isFromTransport } from './primary-tracker.ts';
import type { ViewHolder } from './view-holder.ts';

/**
 * A primary that owes us answers and has been silent for so long is asked for its status. An order
 * may take longer (a slow postcode lookup); the status shows that the primary runs.
 */
const silentMsMax = 600;
const watchEveryMs = 100;
/** A gap between two looks that only a stall of this process explains (PROTOCOL H31). */
const stallMs = 3 * watchEveryMs;
/** A primary that steps down answers what it holds within this time; then its lane is closed. */
const retireMs = 50;
const warmUpMs = 1_000;

/** All calls of the order path to one primary, over one connection. */
export class OpenLane implements Lane {
  readonly belief: Belief;
  readonly client: RpcClient;
  readonly #clock: Clock;
  #owed = 0;
  #heardMs = 0;

  constructor(belief: Belief, client: RpcClient, clock: Clock) {
    this.belief = belief;
    this.client = client;
    this.#clock = clock;
  }

  /** How long the primary has said nothing while it owed us an answer. */
  get silentMs(): number {
    return this.#owed === 0 ? 0 : this.#clock.nowMs() - this.#heardMs;
  }

  get owed(): number {
    return this.#owed;
  }

  heard(): void {
    this.#heardMs = this.#clock.nowMs();
  }

  async call<P, R>(method: Method<P, R>, params: P, deadlineMs: number): Promise<R> {
    if (this.#owed === 0) this.heard();
    this.#owed += 1;
    try {
      const result = await this.client.call(method, params, { deadlineMs });
      this.heard();
      return result;
    } catch (error) {
      if (error instanceof OrderlyError && !isFromTransport(error)) this.heard();
      throw error;
    } finally {
      this.#owed -= 1;
    }
  }
}

/**
 * Keeps one lane to the primary that the front end believes in: opens it as soon as the belief
 * moves, gives up the old one with all its outstanding calls, and notices a primary that died
 * (at once, by the close of the connection) or hangs (by its silence).
 */
export class PrimaryLink {
  readonly #elector: Elector;
  readonly #connect: (address: string) => RpcClient;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #lane: OpenLane | null = null;
  #watch: Timer | null = null;
  #watchedMs = 0;
  #looking = false;
  #closed = false;

  constructor(parts: {
    holder: ViewHolder; elector: Elector; connect: (address: string) => RpcClient;
    clock: Clock; logger: Logger;
  }) {
    this.#elector = parts.elector;
    this.#connect = parts.connect;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    parts.holder.onMoved((belief) => this.#follow(belief));
    if (parts.holder.belief !== null) this.#follow(parts.holder.belief);
  }

  /** The lane to the primary; null while none is known. */
  get lane(): OpenLane | null {
    this.#startWatch();
    return this.#lane;
  }

  close(): void {
    this.#closed = true;
    this.#watch?.cancel();
    this.#lane?.client.close();
    this.#lane = null;
  }

  #follow(belief: Belief): void {
    const old = this.#lane;
    this.#lane = null;
    if (old !== null) this.#retire(old);
    if (this.#closed || belief.address === null) return;
    const client = this.#connect(belief.address);
    const lane = new OpenLane(belief, client, this.#clock);
    this.#lane = lane;
    client.onClose((reason) => {
      if (reason !== 'reset' || this.#lane !== lane) return;
      void this.#elector.suspect(lane, 'reset', true);
    });
    // Connects before the first request needs it, and lets us see at once when the primary dies.
    client.call(replicaMethods.status, {}, { deadlineMs: warmUpMs }).catch((error: unknown) => {
      this.#logger.debug({ err: error }, 'the primary did not answer yet');
    });
  }

  #retire(lane: OpenLane): void {
    if (lane.owed === 0 || lane.silentMs >= silentMsMax) lane.client.close();
    else this.#clock.setTimer(retireMs, () => lane.client.close());
  }

  #startWatch(): void {
    if (this.#watch !== null || this.#closed) return;
    this.#watchedMs = this.#clock.nowMs();
    this.#watch = this.#clock.setRepeating(watchEveryMs, () => this.#look());
  }

  #look(): void {
    const sinceMs = this.#clock.nowMs() - this.#watchedMs;
    this.#watchedMs += sinceMs;
    const lane = this.#lane;
    if (lane === null || lane.owed === 0) {
      this.#watch?.cancel();
      this.#watch = null;
      return;
    }
    // Answers may be waiting in the socket's buffer that this process did not come to read.
    if (sinceMs > stallMs) lane.heard();
    if (lane.silentMs < silentMsMax || this.#looking) return;
    this.#looking = true;
    void this.#elector.suspect(lane, 'timeout', true).then((result) => {
      if (result === 'alive') lane.heard();
    }).finally(() => { this.#looking = false; });
  }
}
