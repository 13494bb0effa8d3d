import { OrderlyError } from '../contract/errors.ts';
import { serviceMethods } from '../contract/service.ts';
import { assert } from '../runtime/assert.ts';
import type { Clock } from '../runtime/clock.ts';
import { currentTrace, traced } from '../runtime/trace.ts';
import type { RpcClient } from '../rpc/client.ts';
import { Connections } from './connections.ts';
import type { Instance, ServiceDirectory } from './directory.ts';
import { judgeFailure } from './failed-call.ts';

export interface ServiceCall {
  service: string;
  args: readonly unknown[];
  /** The same for every repetition. */
  key: string;
  deadlineMs: number;
  /** Call only instances that say this of themselves; all when absent. */
  idempotent?: boolean | undefined;
}

export interface ServiceAnswer {
  result: unknown;
  /** Name of the instance that answered. */
  instance: string;
}

/** One that is silent costs no more than this, as long as another may be asked. */
const silenceMsMax = 2_000;
/** One that failed is asked last for so long: until its lease has ended. */
const avoidMs = 2_000;
/** With less time left another attempt could only end as unknown. */
const attemptMsMin = 10;

/**
 * Calls a service: any living instance, one after the other in turn. One that can not be reached
 * has not been called, so the next one is; after a silence the next one is called only where the
 * instance says that this does no harm.
 */
export class ServiceCaller {
  readonly #directory: ServiceDirectory;
  readonly #connections: Connections;
  readonly #clock: Clock;
  readonly #turns = new Map<string, number>();
  readonly #avoided = new Map<string, number>();

  constructor(parts: {
    directory: ServiceDirectory; connect: (address: string) => RpcClient; clock: Clock;
  }) {
    this.#directory = parts.directory;
    this.#connections = new Connections(parts.connect, parts.clock);
    this.#clock = parts.clock;
  }

  /**
   * Throws `unavailable` (certainly not carried out), `outcome_unknown` (data.again: whoever was
   * called is gone, and has said that it may be called again), `invalid_params` and
   * `service_refused` of the service itself, `service_failed`, `payload_too_large`.
   */
  async call(call: ServiceCall): Promise<ServiceAnswer> {
    const endMs = this.#clock.nowMs() + call.deadlineMs;
    const trace = currentTrace();
    const tried = new Set<string>();
    let lost: OrderlyError | null = null;
    let { idempotent } = call;
    let lookedAgain = false;
    for (;;) {
      const { next, others } = await this.#next({ ...call, idempotent }, tried);
      const leftMs = Math.floor(endMs - this.#clock.nowMs());
      if (next === null && tried.size > 0 && !lookedAgain) {
        // All that were known have failed; another one may have been started meanwhile.
        lookedAgain = true;
        await this.#directory.refresh();
        continue;
      }
      if (next === null || leftMs < attemptMsMin) throw lost ?? nobody(call.service);
      tried.add(next.instance);
      const deadlineMs = next.idempotent && others ? Math.min(leftMs, silenceMsMax) : leftMs;
      try {
        return await traced(trace, () => this.#attempt(next, call, deadlineMs));
      } catch (error) {
        assert(error instanceof OrderlyError, 'the RPC client throws OrderlyError only');
        const failure = judgeFailure(error);
        if (failure.as === 'answer') throw failure.error;
        if (failure.avoid) this.#avoided.set(next.instance, this.#clock.nowMs() + avoidMs);
        if (failure.as === 'not-called') continue;
        const again = next.idempotent && failure.as === 'lost';
        lost = new OrderlyError('outcome_unknown', undefined, { again });
        if (!next.idempotent) throw lost;
        // Where it may have run already, only those who do not mind are asked again.
        idempotent = true;
      }
    }
  }

  close(): void {
    this.#connections.close();
  }

  async #attempt(to: Instance, call: ServiceCall, deadlineMs: number): Promise<ServiceAnswer> {
    const { service, args, key } = call;
    const params = { service, args: [...args], key, deadlineMs };
    const { result } = await this.#connections.call(
      to.address, serviceMethods.call, { params, deadlineMs },
    );
    this.#avoided.delete(to.instance);
    return { result, instance: to.id };
  }

  /** The one whose turn it is among those not tried yet; those that failed lately come last. */
  async #next(
    { service, idempotent }: ServiceCall, tried: ReadonlySet<string>,
  ): Promise<{ next: Instance | null; others: boolean }> {
    const all = (await this.#directory.find(service)).filter((one) =>
      !tried.has(one.instance) && (idempotent === undefined || one.idempotent === idempotent));
    const nowMs = this.#clock.nowMs();
    for (const [instance, untilMs] of this.#avoided) {
      if (untilMs <= nowMs) this.#avoided.delete(instance);
    }
    const good = all.filter(({ instance }) => !this.#avoided.has(instance));
    const from = good.length > 0 ? good : all;
    const turn = this.#turns.get(service) ?? 0;
    // Names that do not exist leave no trace here.
    if (from.length > 0) this.#turns.set(service, turn + 1);
    return { next: from[turn % from.length] ?? null, others: all.length > 1 };
  }
}

const nobody = (service: string): OrderlyError =>
  new OrderlyError('unavailable', `No instance of ${service} can be reached now.`);
