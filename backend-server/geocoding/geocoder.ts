import type { Geocode } from '../../shared/contract/order.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { currentTrace, traced } from '../../shared/runtime/trace.ts';
import { readBaseUrl } from './base-url.ts';
import { countries } from './countries.ts';
import type { Dialect } from './dialect.ts';
import { GeocodeCache } from './geocode-cache.ts';
import type { Kept } from './geocode-cache.ts';
import { defaultUserAgent } from './http-client.ts';
import { comparePositions } from './position.ts';
import type { Position } from './position.ts';
import { Provider } from './provider.ts';
import type { Asked, ProviderCounters } from './provider.ts';
import { settle, wantsAnother } from './settle.ts';
import { shareOf } from './token-bucket.ts';

/**
 * What is known of a postcode, for one order. Callers may share it: read it, do not change it.
 * `geocode.corrected` is always false here; whoever parsed the text knows better.
 */
export interface Located {
  geocode: Geocode;
  position: Position | null;
  /** YYYY-MM; only with status 'terminated'. */
  terminatedOn: string | null;
}

interface GeocoderCounters {
  cache: { hits: number; misses: number; stale: number };
  /** Look-ups that waited for another one of the same postcode. */
  joined: number;
  unverified: number;
  providers: Record<string, ProviderCounters>;
}

export interface Geocoder {
  /** Never rejects; answers within 2.6 s. `postcode` as parsePostcode wrote it. */
  locate(postcode: string): Promise<Located>;
  /** Takes over what another back end was told, so that a new primary need not ask again. */
  remember(postcode: string, geocode: Geocode, position: Position | null): void;
  /** 'closed' is healthy, 'resting' means the service asked for it; primary first. */
  states(): { name: string; state: string }[];
  counters(): GeocoderCounters;
  /** Ends what is under way as failed and waits for it. */
  close(): Promise<void>;
}

export interface GeocoderOptions {
  primaryUrl: string;
  secondaryUrl: string;
  clock: Clock;
  logger: Logger;
  /** How many back ends share the rate of the services; 1 by default. */
  replicas?: number;
  userAgent?: string;
  /** Another country's services, asked at the same two addresses in turn. */
  dialects?: readonly Dialect[];
}

const totalMs = 2500;
/** By rank. The secondary is a gift of one person, last known to allow two calls a second. */
const limits = [
  { deadlineMs: 1000, rate: { perSecond: 20, burst: 40 } },
  { deadlineMs: 1500, rate: { perSecond: 2, burst: 5 } },
] as const;

const sources = ['primary', 'secondary'] as const;

function attemptOf({ provider, outcome, ms }: Asked): Geocode['attempts'][number] {
  const error = outcome.kind === 'failed' || outcome.kind === 'skipped' ? outcome.error : null;
  return { provider, outcome: outcome.kind, error, ms };
}

function locatedBy(
  { settlement, lookedUpAt }: Kept,
  fromCache: boolean,
  attempts: readonly Asked[],
): Located {
  const { status, by, position, terminatedOn, disputed } = settlement;
  const answered = by === null ? 'none' : (sources[by.rank] ?? 'none');
  return {
    geocode: {
      status,
      source: fromCache ? 'cache' : answered,
      provider: by?.provider ?? null,
      looked_up_at: lookedUpAt,
      corrected: false,
      disputed,
      attempts: attempts.map(attemptOf),
    },
    position,
    terminatedOn,
  };
}

class ChainGeocoder implements Geocoder {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #providers: readonly Provider[];
  readonly #cache = new GeocodeCache();
  /** Look-ups under way, by postcode: many orders of one street make one call. */
  readonly #flights = new Map<string, Promise<Located>>();
  readonly #counts = { hits: 0, misses: 0, stale: 0, joined: 0, unverified: 0 };

  constructor(providers: readonly Provider[], clock: Clock, logger: Logger) {
    this.#providers = providers;
    this.#clock = clock;
    this.#logger = logger;
  }

  async locate(postcode: string): Promise<Located> {
    const kept = this.#cache.fresh(postcode, this.#clock.nowMs());
    if (kept !== null) {
      this.#counts.hits += 1;
      return locatedBy(kept, true, []);
    }
    const underWay = this.#flights.get(postcode);
    if (underWay !== undefined) {
      this.#counts.joined += 1;
      return underWay;
    }
    this.#counts.misses += 1;
    const flight = this.#lookUp(postcode)
      .catch((err: unknown) => this.#withoutAnswer(err))
      .finally(() => this.#flights.delete(postcode));
    this.#flights.set(postcode, flight);
    return flight;
  }

  remember(postcode: string, geocode: Geocode, position: Position | null): void {
    const nowMs = this.#clock.nowMs();
    const rank = this.#providers.findIndex(({ dialect }) => dialect.name === geocode.provider);
    if (geocode.status !== 'resolved' || position === null || rank < 0) return;
    if (this.#cache.fresh(postcode, nowMs) !== null) return;
    const by = { rank, provider: geocode.provider ?? '' };
    const { disputed, looked_up_at: lookedUpAt } = geocode;
    const known = { status: 'resolved', by, position, terminatedOn: null, complete: true } as const;
    this.#cache.put(postcode, { settlement: { ...known, disputed }, lookedUpAt }, nowMs);
  }

  states(): { name: string; state: string }[] {
    return this.#providers.map((each) => ({ name: each.dialect.name, state: each.state() }));
  }

  counters(): GeocoderCounters {
    const { hits, misses, stale, joined, unverified } = this.#counts;
    const providers = this.#providers.map((each) => [each.dialect.name, { ...each.counters }]);
    return {
      cache: { hits, misses, stale }, joined, unverified, providers: Object.fromEntries(providers),
    };
  }

  async close(): Promise<void> {
    for (const provider of this.#providers) provider.close();
    await Promise.allSettled(this.#flights.values());
  }

  async #lookUp(postcode: string): Promise<Located> {
    const attempts = await this.#askInTurn(postcode);
    const nowMs = this.#clock.nowMs();
    const fresh = { settlement: settle(attempts), lookedUpAt: this.#clock.wallIso() };
    const earlier = this.#cache.stale(postcode, nowMs);
    if (fresh.settlement.status === 'unverified') {
      if (earlier !== null) {
        this.#counts.stale += 1;
        return locatedBy(earlier, true, attempts);
      }
      this.#counts.unverified += 1;
      return locatedBy(fresh, false, attempts);
    }
    const kept = this.#reconcile(fresh, earlier, postcode);
    this.#cache.put(postcode, kept, nowMs);
    return locatedBy(kept, kept.settlement.by !== fresh.settlement.by, attempts);
  }

  /** A mistake of ours in here must not cost the order that waits for it. */
  #withoutAnswer(err: unknown): Located {
    this.#logger.error({ err }, 'geocoding failed unexpectedly');
    this.#counts.unverified += 1;
    const nothing = { settlement: settle([]), lookedUpAt: this.#clock.wallIso() };
    return locatedBy(nothing, false, []);
  }

  async #askInTurn(postcode: string): Promise<Asked[]> {
    const attempts: Asked[] = [];
    const startedMs = this.#clock.nowMs();
    const trace = currentTrace();
    for (const provider of this.#providers) {
      const spentMs = this.#clock.nowMs() - startedMs;
      const asked = await traced(trace, () => provider.ask(postcode, totalMs - spentMs));
      attempts.push(asked);
      if (!wantsAnother(asked.outcome)) break;
    }
    return attempts;
  }

  /**
   * Services are asked in turn, so two positions of one postcode only meet here: an answer that
   * has grown old, and a new one of the other service. Where they differ the primary's is kept.
   */
  #reconcile(fresh: Kept, earlier: Kept | null, postcode: string): Kept {
    const [now, then] = [fresh.settlement, earlier?.settlement];
    if (earlier === null || then === undefined || now.by === null || then.by === null) return fresh;
    if (now.position === null || then.position === null) return fresh;
    if (now.by.rank === then.by.rank) return fresh;
    const difference = comparePositions(now.position, then.position);
    if (difference === 'same') return fresh;
    const [outward] = postcode.split(' ');
    this.#logger.info({ outward, difference }, 'geocoders differ on a position');
    const kept = then.by.rank < now.by.rank ? earlier : fresh;
    const disputed = kept.settlement.disputed || difference === 'disputed';
    return { ...kept, settlement: { ...kept.settlement, disputed } };
  }
}

/**
 * The address look-up of one back end. Throws OrderlyError `invalid_params` for a URL or user
 * agent that can not be used; afterwards nothing the services do makes it throw.
 */
export function createGeocoder(options: GeocoderOptions): Geocoder {
  const { clock, replicas = 1, userAgent = defaultUserAgent } = options;
  const logger = options.logger.child({ part: 'geocoding' });
  const baseUrls = [
    readBaseUrl(options.primaryUrl, 'geocoder_primary_url'),
    readBaseUrl(options.secondaryUrl, 'geocoder_secondary_url'),
  ];
  const dialects = options.dialects ?? countries.GB.dialects;
  const providers = baseUrls.flatMap((baseUrl, rank) => {
    const dialect = dialects[rank];
    const limit = limits[rank];
    if (dialect === undefined || limit === undefined) return [];
    const rate = shareOf(limit.rate, replicas);
    const service = { dialect, rank, baseUrl, userAgent };
    return new Provider(service, { rate, deadlineMs: limit.deadlineMs }, { clock, logger });
  });
  return new ChainGeocoder(providers, clock, logger);
}
