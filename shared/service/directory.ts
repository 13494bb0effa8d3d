import type { ServiceTerms } from '../contract/service.ts';
import { isServiceName } from '../contract/service.ts';
import { nameServerMethods } from '../contract/nameserver.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { NameClient } from '../rpc/name-client.ts';

/** One process that offers a service. */
export interface Instance extends ServiceTerms {
  service: string;
  /** Random id of the process. */
  instance: string;
  /** Its name for people. */
  id: string;
  address: string;
}

/** Older than this it is asked for again, while the old answer still serves. */
const freshMs = 500;
/** Nobody can make us ask more often than this, whatever is called that does not exist. */
const pauseMs = 100;
const deadlineMs = 450;

/**
 * Which services live where, as the name server told last. While the name server is away the last
 * answer holds: a service does not stop because its registration can not be renewed.
 */
export class ServiceDirectory {
  readonly #names: Pick<NameClient, 'call'>;
  readonly #group: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #byService: ReadonlyMap<string, readonly Instance[]> = new Map();
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;

  constructor(parts: {
    names: Pick<NameClient, 'call'>; group: string; clock: Clock; logger: Logger;
  }) {
    this.#names = parts.names;
    this.#group = parts.group;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  /** The living instances of a service; asks the name server first when none is known. */
  async find(service: string): Promise<readonly Instance[]> {
    const known = this.#byService.get(service);
    const ageMs = this.#clock.nowMs() - this.#askedAtMs;
    if (known === undefined && ageMs > pauseMs) await this.refresh();
    else if (known === undefined) await this.#asking;
    else if (ageMs > freshMs) void this.refresh();
    return this.#byService.get(service) ?? [];
  }

  /** Every living instance that is known. */
  async all(): Promise<readonly Instance[]> {
    await this.refresh();
    return [...this.#byService.values()].flat();
  }


  /** Asks the name server; callers share one question. Never rejects. */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => { this.#asking = null; });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    this.#askedAtMs = this.#clock.nowMs();
    try {
      const { registrations } = await this.#names.call(
        nameServerMethods.list, { group: this.#group, services: true }, { deadlineMs },
      );
      const found = new Map<string, Instance[]>();
      for (const { kind: service, instance, id, address, alive, terms } of registrations) {
        if (!alive || terms === undefined || !isServiceName(service)) continue;
        const one = { service, instance, id, address, ...terms };
        found.set(service, [...found.get(service) ?? [], one]);
      }
      this.#byService = found;
    } catch (error) {
      this.#logger.debug({ err: error }, 'the name server does not list services');
    }
  }
}
