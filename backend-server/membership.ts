import { OrderlyError } from '../shared/contract/errors.ts';
import {
  type BeatResult,
  type BeatStatus,
  type Registration,
  nameServerMethods,
} from '../shared/contract/nameserver.ts';
import type { Clock, Timer } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { NameClient } from '../shared/rpc/name-client.ts';
import type { PeerLinks } from './peer-links.ts';
import type { Replica } from './replica.ts';

/** A quarter of the lease: three beats may be lost. */
const beatMs = 500;
const beatDeadlineMs = 900;
/** The same complaint is not logged more often than this. */
const complaintMs = 5000;

export interface MembershipParts {
  names: NameClient;
  replica: Replica;
  links: PeerLinks;
  clock: Clock;
  logger: Logger;
  registration: () => Registration;
  status: () => BeatStatus;
  /** The name server says that this store lost data it had acknowledged. */
  onBurned: () => void;
}

/**
 * The beat: keeps the registration alive, reports the position, brings the view and the other
 * living stores. A name server that is away or was started again needs nothing else.
 */
export class Membership {
  readonly #parts: MembershipParts;
  #timer: Timer | null = null;
  #beating: Promise<void> | null = null;
  #again = false;
  #registered = false;
  #paused = false;
  #complainedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = this.#parts.clock.setRepeating(beatMs, () => this.beatNow());
    this.beatNow();
  }

  /** Behind the down switch no beat is sent: the lease runs out. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (!paused) this.beatNow();
  }

  /** One beat at a time; a wish during one is granted right after it. */
  beatNow(): void {
    if (this.#paused || this.#timer === null) return;
    if (this.#beating !== null) {
      this.#again = true;
      return;
    }
    this.#beating = this.#beat().finally(() => {
      this.#beating = null;
      if (!this.#again) return;
      this.#again = false;
      this.beatNow();
    });
  }

  async #beat(): Promise<void> {
    const { names, replica } = this.#parts;
    const method = this.#registered ? nameServerMethods.renew : nameServerMethods.register;
    try {
      const result = await names.call(
        method,
        {
          clusterId: replica.clusterId,
          registration: this.#parts.registration(),
          status: this.#parts.status(),
        },
        { deadlineMs: beatDeadlineMs },
      );
      this.#registered = true;
      await this.#hear(result);
    } catch (error) {
      this.#registered = false;
      this.#complain(error);
    }
  }

  async #hear(result: BeatResult): Promise<void> {
    const { replica, links } = this.#parts;
    const self = this.#parts.registration().instance;
    await replica.joinCluster(result.clusterId);
    const addresses = new Map(Object.entries(result.news?.view.addresses ?? {}));
    for (const { instance, address } of result.living) addresses.set(instance, address);
    addresses.delete(self);
    links.setAddresses(addresses);
    replica.setPeers(
      result.living
        .filter(({ instance }) => instance !== self)
        .map(({ instance, boot }) => ({ storeId: instance, boot })),
    );
    if (result.news !== null) replica.hear(result.news);
  }

  #complain(error: unknown): void {
    if (!(error instanceof OrderlyError)) throw error;
    if (error.data['reason'] === 'burned') this.#parts.onBurned();
    const nowMs = this.#parts.clock.nowMs();
    if (error.code === 'not_found' || nowMs - this.#complainedMs < complaintMs) return;
    this.#complainedMs = nowMs;
    this.#parts.logger.warn({ err: error }, 'the name server does not take the registration');
  }

  async leave(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    await this.#beating;
    const { instance, boot } = this.#parts.registration();
    try {
      await this.#parts.names.call(
        nameServerMethods.unregister,
        { instance, boot },
        { deadlineMs: beatDeadlineMs },
      );
    } catch (error) {
      // Leaving is a courtesy: the lease ends by itself.
      this.#parts.logger.debug({ err: error }, 'could not unregister');
    }
  }
}
