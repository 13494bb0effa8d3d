import type { Query } from '../shared/contract/backend.ts';
import { Counts, measureProcess, watch } from '../shared/runtime/metrics.ts';
import type { Geocoder } from './geocoding/geocoder.ts';
import type { Replica } from './replica.ts';
import type { TraceEvent } from './replication/trace-event.ts';
import type { Storage } from './storage/storage.ts';

/** What a back end measures. What can be asked for is asked for when the metrics are read. */

const transitions = new Counts({
  name: 'orderly_status_transitions_total',
  help: 'Changes of the status of an order while this back end was primary.',
  labels: ['from', 'to'],
});

const viewChanges = new Counts({
  name: 'orderly_view_changes_total', help: 'Views that this process has adopted.',
});

const eventsPerPage = 500;
/** Read at most so many at a time; the rest when the metrics are read again. */
const pagesMax = 20;

interface Parts {
  replica: Replica;
  storage: Storage;
  geocoder: Geocoder;
}

/** Closed is 0, half-open 1, open 2, resting at the service's own wish 3. */
const circuitStates = ['closed', 'half-open', 'open', 'resting'];

function watchReplica({ replica, storage }: Parts): void {
  const position = (name: string, help: string, read: () => number): void =>
    watch({ name, help }, () => [{ value: read() }]);
  position('orderly_epoch', 'The newest epoch seen.', () => replica.status().epoch);
  position('orderly_is_primary', '1 while this back end serves as primary.',
    () => Number(replica.status().serving));
  position('orderly_commit_index', 'Newest op known to be committed.',
    () => replica.status().commitLsn);
  position('orderly_applied_index', 'Newest op executed.', () => replica.status().appliedLsn);
  position('orderly_flush_age_seconds', 'Age of the oldest unfinished write; 0: none is under way.',
    () => storage.flushAgeMs() / 1_000);
  watch({
    name: 'orderly_replication_lag_entries', labels: ['peer'],
    help: 'Ops of the primary that another store is not known to have on disk.',
  }, () => replica.lags().map(({ peer, entries }) => ({ labels: { peer }, value: entries })));
}

function watchGeocoder({ geocoder }: Parts): void {
  watch({
    name: 'orderly_geocode_requests_total', labels: ['source', 'outcome'],
    help: 'Calls to the postcode services.',
  }, () => Object.entries(geocoder.counters().providers).flatMap(([source, counts]) =>
    (['found', 'no_position', 'terminated', 'not_found', 'failed', 'skipped'] as const)
      .map((outcome) => ({ labels: { source, outcome }, value: counts[outcome] }))), true);
  watch({
    name: 'orderly_geocode_cache_hits_total', help: 'Postcodes that were known already.',
  }, () => [{ value: geocoder.counters().cache.hits }], true);
  watch({
    name: 'orderly_circuit_state', labels: ['peer'],
    help: 'Breaker before a service: 0 closed, 1 half-open, 2 open, 3 resting.',
  }, () => geocoder.states().map(({ name, state }) =>
    ({ labels: { peer: name }, value: Math.max(0, circuitStates.indexOf(state)) })));
}

/** Counts what happened to orders while this back end leads, when somebody asks. */
class TransitionCounter {
  readonly #parts: Parts;
  /** Position up to which events were counted; null while another back end leads. */
  #countedLsn: number | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  onTrace(event: TraceEvent): void {
    if (event.name === 'view-adopted') viewChanges.add();
    if (event.name === 'serving') this.#countedLsn = this.#parts.replica.status().appliedLsn;
    if (event.name === 'stepped-down') this.#countedLsn = null;
  }

  async refresh(): Promise<void> {
    for (let page = 0; page < pagesMax && this.#countedLsn !== null; page += 1) {
      const after = this.#countedLsn;
      const query: Query = {
        query: 'events.since', after, limit: eventsPerPage, scope: { kind: 'all' },
      };
      // One page after another: each begins where the one before it ended.
      // oxlint-disable-next-line no-await-in-loop
      const { result } = await this.#parts.storage.query(query);
      if (this.#countedLsn !== after || !('feed' in result)) return;
      for (const { from, to } of result.feed) if (to !== null) transitions.add(from ?? '', to);
      this.#countedLsn = result.feed.at(-1)?.position ?? after;
      if (result.feed.length < eventsPerPage) return;
    }
  }
}

/** Begins to measure this process. */
export function measureBackend(parts: Parts): TransitionCounter {
  measureProcess('better-sqlite3');
  watchReplica(parts);
  watchGeocoder(parts);
  return new TransitionCounter(parts);
}
