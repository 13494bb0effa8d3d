import { OrderlyError } from '../contract/errors.ts';
import type { Method } from '../contract/method.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { readAddress, writeAddress } from './address-file.ts';
import { RpcClient } from './client.ts';
import { firstToConnect } from './first-to-connect.ts';
import { browseNameServers } from './mdns.ts';
import type { Identity } from './psk.ts';
import type { ClusterSecret } from './secret.ts';

export interface NameClientOptions {
  secret: ClusterSecret;
  identity: Identity;
  /** Where to look; empty: the last known address, 127.0.0.1:7400 and what mDNS finds. */
  addresses: string[];
  /** Whether mDNS may be asked when `addresses` is empty. */
  mdns: boolean;
  logger: Logger;
  clock: Clock;
  /** Remembers the address that worked last. */
  cacheFile?: string;
}

const usualAddress = '127.0.0.1:7400';
const candidatesMax = 32;
/** Between two rounds over all candidates. */
const pauseMs = 100;

const isUnavailable = (error: unknown): error is OrderlyError =>
  error instanceof OrderlyError && error.code === 'unavailable';

/** Nothing was sent, so the call can be made somewhere else. */
const neverSent = (error: unknown): error is OrderlyError =>
  isUnavailable(error)
  && ['refused', 'unreachable', 'handshake'].includes(String(error.data['reason']));

/** Sent and no answer; harmless to send again when the method is idempotent. */
const noAnswer = (error: unknown): error is OrderlyError =>
  error instanceof OrderlyError && error.code === 'outcome_unknown';

const closedError = (): OrderlyError =>
  new OrderlyError('unavailable', undefined, { reason: 'closed' });

/**
 * What every program does with the name server: finds it, stays with the one that answered, and
 * finds it again when it is gone. Callers do not notice a restart of the name server that takes
 * less than their deadline.
 */
export class NameClient {
  readonly #options: NameClientOptions;
  readonly #clients = new Map<string, RpcClient>();
  readonly #announced = new Set<string>();
  readonly #listeners: ((address: string) => void)[] = [];
  #good: string | null = null;
  #finding: Promise<RpcClient | OrderlyError> | null = null;
  #browsing: { stop(): Promise<void> } | null = null;
  /** The reason that was logged last; null while there is a name server. */
  #reported: string | null = null;
  #closed = false;

  constructor(options: NameClientOptions) {
    this.#options = options;
  }

  /** The address that was connected last; null before the first. */
  get address(): string | null {
    return this.#good;
  }

  /** The listener hears of each change of `address`. */
  onFound(listener: (address: string) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Calls the name server, trying again until the deadline while there is none (and, for an
   * idempotent method, while answers get lost). Throws as RpcClient.call does.
   */
  async call<P, R>(
    method: Method<P, R>, params: P, { deadlineMs }: { deadlineMs: number },
  ): Promise<R> {
    const { clock } = this.#options;
    const endMs = clock.nowMs() + deadlineMs;
    let failure = new OrderlyError('unavailable', undefined, { reason: 'unreachable' });
    for (;;) {
      if (this.#closed) throw closedError();
      const client = await this.#reach(endMs);
      // Why the last whole search failed says more than that the next one was not over in time.
      if (client === null) throw failure;
      if (client instanceof OrderlyError) failure = client;
      else {
        try {
          const leftMs = Math.max(endMs - clock.nowMs(), 1);
          return await client.call(method, params, { deadlineMs: leftMs });
        } catch (error) {
          if (!neverSent(error) && !(noAnswer(error) && method.idempotent)) throw error;
          failure = error;
        }
      }
      const leftMs = endMs - clock.nowMs();
      if (leftMs <= pauseMs) throw failure;
      await clock.sleep(pauseMs);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
    await this.#browsing?.stop();
  }

  /** The connected client, why there is none, or null at endMs; callers share one search. */
  async #reach(endMs: number): Promise<RpcClient | OrderlyError | null> {
    const known = this.#good === null ? undefined : this.#clients.get(this.#good);
    if (known?.connected === true) return known;
    const { clock } = this.#options;
    const late = new AbortController();
    const tooLate = clock.sleep(endMs - clock.nowMs(), late.signal).then(() => null);
    this.#finding ??= this.#find().finally(() => { this.#finding = null; });
    const found = await Promise.race([this.#finding, tooLate]);
    late.abort();
    return found;
  }

  async #find(): Promise<RpcClient | OrderlyError> {
    const clients = this.#candidates().map((address) => this.#clientOf(address));
    const winner = await firstToConnect(clients, this.#options.clock);
    if (this.#closed) return closedError();
    this.#report(winner instanceof OrderlyError ? winner : null);
    if (winner instanceof OrderlyError) {
      this.#browse();
      return winner;
    }
    for (const [address, client] of this.#clients) {
      if (client === winner) this.#settleOn(address);
      else {
        client.close();
        this.#clients.delete(address);
      }
    }
    return winner;
  }

  /** Once when it is lost or could not be found, not at every try. */
  #report(failure: OrderlyError | null): void {
    const reason = failure === null ? null : String(failure.data['reason']);
    if (reason !== null && reason !== this.#reported) {
      const tried = this.#candidates();
      this.#options.logger.warn({ reason, tried }, 'no name server answers, searching');
    }
    this.#reported = reason;
  }

  /** In the order in which they are tried. */
  #candidates(): string[] {
    const { addresses, cacheFile } = this.#options;
    const good = this.#good === null ? [] : [this.#good];
    if (addresses.length > 0) return [...new Set([...good, ...addresses])];
    const remembered = cacheFile === undefined ? [] : readAddress(cacheFile);
    return [...new Set([...good, ...remembered, usualAddress, ...this.#announced])];
  }

  #clientOf(address: string): RpcClient {
    const known = this.#clients.get(address);
    if (known !== undefined) return known;
    const { secret, identity, logger } = this.#options;
    const client = new RpcClient({ secret, identity, address, logger });
    this.#clients.set(address, client);
    return client;
  }

  #settleOn(address: string): void {
    if (address === this.#good) return;
    const { logger, cacheFile } = this.#options;
    logger.info({ at: address, before: this.#good }, 'name server found');
    this.#good = address;
    if (cacheFile !== undefined) writeAddress(cacheFile, address, logger);
    for (const listener of this.#listeners) listener(address);
  }

  /** Asks the network, once it is clear that the usual places have no name server. */
  #browse(): void {
    const { addresses, mdns, logger } = this.#options;
    if (!mdns || addresses.length > 0 || this.#browsing !== null || this.#closed) return;
    this.#browsing = browseNameServers({
      logger,
      found: (address) => {
        if (this.#announced.size < candidatesMax) this.#announced.add(address);
      },
    });
  }
}
