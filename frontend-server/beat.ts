import { OrderlyError } from '../shared/contract/errors.ts';
import type { BeatResult, Registration } from '../shared/contract/nameserver.ts';
import { nameServerMethods } from '../shared/contract/nameserver.ts';
import { Hearing } from '../shared/rpc/hearing.ts';
import type { Clock, Timer } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { NameCaller } from './elector.ts';
import type { ViewHolder } from './view-holder.ts';

/** Brings a new view within half a second, and keeps a lease of two seconds with ease. */
const beatMs = 500;
/** Never longer than the time to the next beat: a slow answer must not delay it. */
const deadlineMs = 450;
const leaveMs = 500;

/**
 * Tells the name server where this front end is, and hears from it which view holds. That the
 * name server is away does no harm: requests go on with the last view.
 */
export class Beat {
  readonly #names: NameCaller;
  readonly #holder: ViewHolder;
  readonly #registration: Registration;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #registered = false;
  readonly #hearing = new Hearing();
  #busy = false;
  #timer: Timer | null = null;

  constructor(parts: {
    names: NameCaller; holder: ViewHolder; registration: Registration;
    clock: Clock; logger: Logger;
  }) {
    this.#names = parts.names;
    this.#holder = parts.holder;
    this.#registration = parts.registration;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  start(): void {
    this.#timer = this.#clock.setRepeating(beatMs, () => { void this.#beat(); });
    void this.#beat();
  }

  /** Stops, and leaves the register politely when the name server answers. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    if (!this.#registered) return;
    const { instance, boot } = this.#registration;
    try {
      await this.#names.call(
        nameServerMethods.unregister, { instance, boot }, { deadlineMs: leaveMs },
      );
    } catch (error) {
      this.#logger.debug({ err: error }, 'the name server will forget us when the lease ends');
    }
  }

  async #beat(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const result = await this.#call();
      this.#registered = true;
      if (result.news !== null) this.#holder.adopt(result.news.view, 'name server');
      if (this.#hearing.heard()) this.#logger.info({}, 'registered at the name server');
    } catch (error) {
      const code = error instanceof OrderlyError ? error.code : 'internal';
      if (code === 'not_found') this.#registered = false;
      if (this.#hearing.missed()) {
        this.#logger.warn({ code, err: error }, 'no name server hears us');
      }
    } finally {
      this.#busy = false;
    }
  }

  #call(): Promise<BeatResult> {
    const method = this.#registered ? nameServerMethods.renew : nameServerMethods.register;
    const clusterId = this.#holder.view?.clusterId ?? null;
    const params = { clusterId, registration: this.#registration, status: null };
    return this.#names.call(method, params, { deadlineMs });
  }
}
