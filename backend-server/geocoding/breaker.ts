import { assert } from '../../shared/runtime/assert.ts';

/** A permission to make one call; its result must be reported once. */
export interface Ticket {
  readonly probe: boolean;
}

interface Result {
  atMs: number;
  failed: boolean;
}

const failuresInARow = 5;
const windowMs = 30_000;
const windowCallsMin = 10;
const openMsFirst = 10_000;
const openMsMax = 120_000;

/**
 * Stops calling a service that fails, so that its outage costs a look-up nothing instead of a
 * deadline. It opens after 5 failures in a row, or when half of at least 10 calls of the last 30 s
 * failed; it stays open for 10 s, then lets one probe through, and doubles the wait (to 2 min)
 * while probes fail.
 *
 * Time is a parameter: milliseconds of a monotonic clock.
 */
export class Breaker {
  #state: 'closed' | 'open' | 'probing' = 'closed';
  /** Of the last 30 s, oldest first; empty unless closed. */
  #results: Result[] = [];
  #inARow = 0;
  /** Only meaningful while open. */
  #openUntilMs = 0;
  #openMs = openMsFirst;

  /** 'half-open' also says that the next call would be a probe. */
  state(nowMs: number): 'closed' | 'open' | 'half-open' {
    if (this.#state === 'closed') return 'closed';
    return this.#state === 'probing' || nowMs >= this.#openUntilMs ? 'half-open' : 'open';
  }

  allows(nowMs: number): boolean {
    return this.#state === 'closed' || (this.#state === 'open' && nowMs >= this.#openUntilMs);
  }

  /** To be called only when `allows` said yes in the same turn. */
  begin(nowMs: number): Ticket {
    assert(this.allows(nowMs), 'a call begins that the breaker does not allow');
    if (this.#state === 'closed') return { probe: false };
    this.#state = 'probing';
    return { probe: true };
  }

  end(ticket: Ticket, result: Result): void {
    if (ticket.probe) {
      if (result.failed) this.#open(result.atMs, Math.min(this.#openMs * 2, openMsMax));
      else this.#close();
      return;
    }
    // A call that began before the breaker opened says nothing about the service now.
    if (this.#state !== 'closed') return;
    this.#remember(result);
    if (this.#isBad()) this.#open(result.atMs, openMsFirst);
  }

  #remember(result: Result): void {
    this.#inARow = result.failed ? this.#inARow + 1 : 0;
    this.#results.push(result);
    const keptFrom = this.#results.findIndex(({ atMs }) => atMs > result.atMs - windowMs);
    this.#results.splice(0, keptFrom);
  }

  #isBad(): boolean {
    if (this.#inARow >= failuresInARow) return true;
    const failed = this.#results.filter((result) => result.failed).length;
    return this.#results.length >= windowCallsMin && failed * 2 >= this.#results.length;
  }

  #open(nowMs: number, openMs: number): void {
    this.#state = 'open';
    this.#openMs = openMs;
    this.#openUntilMs = nowMs + openMs;
    this.#results = [];
    this.#inARow = 0;
  }

  #close(): void {
    this.#state = 'closed';
    this.#openMs = openMsFirst;
  }
}
