import { createHistogram } from 'node:perf_hooks';
import type { RecordableHistogram } from 'node:perf_hooks';

/** Latencies in milliseconds. */
export interface LatencySummary {
  p50: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
}

/** How many answers took from `fromMs` to less than `toMs`. */
export interface Bucket {
  fromMs: number;
  toMs: number;
  count: number;
}

/** What one run did. Latencies are of acknowledged requests only. */
export interface Result {
  connections: number;
  ratePerS: number | null;
  seconds: number;
  acknowledged: number;
  /** Accepted into the queue (202): neither done nor failed yet. */
  queued: number;
  ordersPerS: number;
  latencyMs: LatencySummary;
  /** Without gaps from the fastest to the slowest. */
  buckets: Bucket[];
  /** By name of the operation. */
  operations: Record<string, { acknowledged: number; latencyMs: LatencySummary }>;
  /** By code word of the answer, or of the connection's failure. */
  errors: Record<string, number>;
  /** How late the sender itself was at worst; null for a closed loop. */
  behindMs: number | null;
  /** Ended by the user, with so many requests unanswered. */
  interrupted: { unanswered: number } | null;
}

/** Longest latency that the histogram tells apart: one minute, in microseconds. */
const histogramMax = 60_000_000;
/** Four buckets for each doubling: neighbours differ by 19 per cent. */
const bucketsPerDoubling = 4;

const bucketFromMs = (index: number): number => 2 ** (index / bucketsPerDoubling) / 1_000;

/** Latencies of one kind: percentiles by node's histogram, which does not give its buckets away. */
class Latencies {
  readonly #histogram: RecordableHistogram =
    createHistogram({ lowest: 1, highest: histogramMax, figures: 3 });
  readonly #counts: number[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  record(latencyMs: number): void {
    const us = Math.min(Math.max(Math.round(latencyMs * 1_000), 1), histogramMax);
    const index = Math.floor(Math.log2(us) * bucketsPerDoubling);
    this.#histogram.record(us);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count++;
  }

  summary(): LatencySummary {
    const percentile = (share: number): number =>
      this.#count === 0 ? 0 : this.#histogram.percentile(share) / 1_000;
    return {
      p50: percentile(50), p95: percentile(95), p99: percentile(99), p999: percentile(99.9),
      max: this.#count === 0 ? 0 : this.#histogram.max / 1_000,
    };
  }

  buckets(): Bucket[] {
    const first = this.#counts.findIndex((count) => count !== undefined);
    return Array.from(this.#counts.slice(Math.max(first, 0)), (count, n) => ({
      fromMs: bucketFromMs(first + n), toMs: bucketFromMs(first + n + 1), count: count ?? 0,
    }));
  }
}

/** Counts while a run goes on. */
export class Tally {
  readonly #all = new Latencies();
  readonly #byOperation = new Map<string, Latencies>();
  readonly #errors = new Map<string, number>();
  #failed = 0;
  #queued = 0;

  get answered(): number {
    return this.#all.count;
  }

  /** Errors of all codes. */
  get errors(): number {
    return this.#failed;
  }

  acknowledged(operation: string, latencyMs: number): void {
    let own = this.#byOperation.get(operation);
    if (own === undefined) this.#byOperation.set(operation, own = new Latencies());
    own.record(latencyMs);
    this.#all.record(latencyMs);
  }

  queued(): void {
    this.#queued++;
  }

  failed(code: string): void {
    this.#failed++;
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }

  result(run: Pick<Result, 'connections' | 'ratePerS' | 'behindMs' | 'interrupted'> & {
    elapsedMs: number;
  }): Result {
    const { elapsedMs, ...facts } = run;
    return {
      ...facts,
      seconds: elapsedMs / 1_000,
      acknowledged: this.#all.count,
      queued: this.#queued,
      ordersPerS: this.#all.count / (elapsedMs / 1_000),
      latencyMs: this.#all.summary(),
      buckets: this.#all.buckets(),
      operations: Object.fromEntries([...this.#byOperation].map(([name, own]) =>
        [name, { acknowledged: own.count, latencyMs: own.summary() }])),
      errors: Object.fromEntries(this.#errors),
    };
  }
}
