import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Actor } from '../../shared/contract/order.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { Counts } from '../../shared/runtime/metrics.ts';
import type { Trace } from '../../shared/runtime/trace.ts';
import type { PublicOperation } from '../operations/operation.ts';

/**
 * How often one caller may ask: by account where there is one, else by address. Operations are
 * counted, not requests, so that a batch over JSON-RPC costs what its entries cost. The operator's
 * token is not limited: whoever holds it measures, tests and repairs.
 */

/** A bucket of `burst` operations that fills again by `perMinute`. */
interface Allowance {
  burst: number;
  perMinute: number;
}

const usual = {
  /** Guesses of a password from one address; a household that signs in does not come near it. */
  signIn: { burst: 30, perMinute: 10 },
  /** The same name again, right or wrong. */
  signInAs: { burst: 10, perMinute: 6 },
  /** Tokens that nobody was given. */
  wrongToken: { burst: 20, perMinute: 20 },
  /** What makes us ask a web service, or compute, for somebody without an account. */
  costly: { burst: 60, perMinute: 120 },
  change: { burst: 120, perMinute: 600 },
  read: { burst: 400, perMinute: 6_000 },
} satisfies Record<string, Allowance>;

type Toll = keyof typeof usual;

/** A shop's tills share one account. */
const staffFactor = 10;

/** Everybody who asked lately; beyond it whoever has waited longest is forgotten. */
const bucketsMax = 50_000;

const refused = new Counts({
  name: 'orderly_rate_limited_total',
  help: 'Operations that were refused because a caller asked too often.',
  labels: ['limit'],
});

interface Bucket {
  level: number;
  atMs: number;
}

/** The network of an IPv6 address: whoever has one address there has them all. */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address.replace('::ffff:', '');
  const [head = ''] = address.split('::', 1);
  return head.split(':').slice(0, 4).join(':');
}

/** Who asks, as far as limits are concerned. */
export interface Asking {
  actor: Actor | null;
  address: string;
}

/** What a request shows of itself. */
export interface Showing {
  authorization: string | undefined;
  address: string;
  trace?: Trace | undefined;
}

/** Of a request over HTTP; the address is that of the client where a trusted proxy names it. */
export const shownBy = ({ headers, ip, trace }: FastifyRequest): Showing =>
  ({ authorization: headers.authorization, address: ip, trace });

const isSignIn = (operation: string): boolean =>
  operation === 'session.create' || operation === 'account.create';

/** For those without an account; behind one they are changes like others. */
const isCostly = (operation: string): boolean => operation === 'quote.create';

const nameIn = (params: unknown): string | null =>
  typeof params === 'object' && params !== null && 'username' in params
    && typeof params.username === 'string' ? params.username.toLowerCase() : null;

export class Limits {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  readonly #factor: number;

  /** `factor`: of all allowances; 0 for none at all. */
  constructor(clock: Clock, factor = 1) {
    this.#clock = clock;
    this.#factor = factor;
  }

  /** Counts an operation that is about to be carried out. Throws `rate_limited`. */
  charge(
    operation: Pick<PublicOperation, 'name' | 'method'>, asking: Asking, params?: unknown,
  ): void {
    const { actor, address } = asking;
    if (actor?.kind === 'operator') return;
    const from = networkOf(address);
    if (isSignIn(operation.name)) {
      this.#take('signIn', from);
      const name = nameIn(params);
      if (name !== null) this.#take('signInAs', `${from} ${name}`);
      return;
    }
    const staff = actor?.kind === 'staff';
    const who = staff || actor?.id !== null && actor?.id !== undefined
      ? `${actor?.kind ?? ''} ${actor?.id ?? ''}` : from;
    const costly = who === from && isCostly(operation.name);
    const toll = costly ? 'costly' : operation.method === 'GET' ? 'read' : 'change';
    this.#take(toll, who, staff ? staffFactor : 1);
  }

  /**
   * What `admit` gives. Where it throws `unauthorized` for a token that was shown, that is counted;
   * throws `rate_limited` instead when it happens too often. Good tokens are never held up by it.
   */
  admitted<T>({ authorization, address }: Showing, admit: () => T): T {
    try {
      return admit();
    } catch (error) {
      const wrong = error instanceof OrderlyError && error.code === 'unauthorized';
      if (wrong && authorization !== undefined) this.#take('wrongToken', networkOf(address));
      throw error;
    }
  }

  #take(toll: Toll, who: string, times = 1): void {
    const { burst, perMinute } = usual[toll];
    const factor = this.#factor * times;
    if (factor === 0) return;
    const most = burst * factor;
    const perMs = perMinute * factor / 60_000;
    const bucket = this.#bucketOf(`${toll} ${who}`, { most, perMs });
    if (bucket.level >= 1) {
      bucket.level -= 1;
      return;
    }
    refused.add(toll);
    const waitMs = Math.ceil((1 - bucket.level) / perMs);
    throw new OrderlyError('rate_limited', undefined, {
      retry_after_ms: waitMs,
      limit: Math.floor(most), reset_s: Math.ceil((most - bucket.level) / perMs / 1_000),
    });
  }

  #bucketOf(key: string, { most, perMs }: { most: number; perMs: number }): Bucket {
    const nowMs = this.#clock.nowMs();
    const known = this.#buckets.get(key);
    if (known === undefined) {
      this.#forgetOldest();
      const bucket = { level: most, atMs: nowMs };
      this.#buckets.set(key, bucket);
      return bucket;
    }
    known.level = Math.min(most, known.level + (nowMs - known.atMs) * perMs);
    known.atMs = nowMs;
    return known;
  }

  /** Of those that were met first; a bucket that is in use is made again with what it may hold. */
  #forgetOldest(): void {
    if (this.#buckets.size < bucketsMax) return;
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key);
      return;
    }
  }
}

/** For a refusal of `charge`, as RateLimit headers say it. */
export function limitHeaders(error: OrderlyError): Record<string, string> {
  const { limit, reset_s: resetS } = error.data;
  if (error.code !== 'rate_limited' || typeof limit !== 'number') return {};
  return {
    'ratelimit-limit': String(limit), 'ratelimit-remaining': '0',
    'ratelimit-reset': String(resetS),
  };
}
