import { OrderlyError } from '../contract/errors.ts';
import type { Registration } from '../contract/nameserver.ts';
import { nameServerMethods } from '../contract/nameserver.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { Hearing } from '../rpc/hearing.ts';
import type { NameClient } from '../rpc/name-client.ts';

/** A lease lasts two seconds. */
const beatMs = 500;
const deadlineMs = 450;
const leaveMs = 500;

/** Keeps a service registered: enters it, renews the lease, enters it again where it is lost. */
export class Lease {
  readonly #names: Pick<NameClient, 'call'>;
  readonly #registration: Registration;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #entered = false;
  readonly #hearing = new Hearing();
  #busy: Promise<void> | null = null;
  #timer: Timer | null = null;

  constructor(parts: {
    names: Pick<NameClient, 'call'>; registration: Registration; clock: Clock; logger: Logger;
  }) {
    this.#names = parts.names;
    this.#registration = parts.registration;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  start(): void {
    this.#timer = this.#clock.setRepeating(beatMs, () => this.#beat());
    this.#beat();
  }

  /** Leaves the register, so that nobody calls it any more. */
  async end(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    await this.#busy;
    if (!this.#entered) return;
    const { instance, boot } = this.#registration;
    try {
      await this.#names.call(
        nameServerMethods.unregister, { instance, boot }, { deadlineMs: leaveMs },
      );
    } catch (error) {
      this.#logger.debug({ err: error }, 'the name server will forget us when the lease ends');
    }
  }

  #beat(): void {
    this.#busy ??= this.#renew().finally(() => { this.#busy = null; });
  }

  async #renew(): Promise<void> {
    const method = this.#entered ? nameServerMethods.renew : nameServerMethods.register;
    const params = { clusterId: null, registration: this.#registration, status: null };
    try {
      await this.#names.call(method, params, { deadlineMs });
      this.#entered = true;
      if (this.#hearing.heard()) this.#logger.info({}, 'registered at the name server');
    } catch (error) {
      const code = error instanceof OrderlyError ? error.code : 'internal';
      if (code === 'not_found') this.#entered = false;
      if (this.#hearing.missed()) {
        this.#logger.warn({ code, err: error }, 'no name server hears us');
      }
    }
  }
}
