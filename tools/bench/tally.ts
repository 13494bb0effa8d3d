import { createHistogram } from 'node:perf_hooks';
import type { RecordableHistogram } from 'node:perf_hooks';

/** What one run did. Latencies in milliseconds, of acknowledged orders only. */
export interface Result {
  connections: number;
  ratePerS: number | null;
  seconds: number;
  acknowledged: number;
  /** Accepted into the queue (202): neither done nor failed yet. */
  queued: number;
  ordersPerS: number;
  latencyMs: { p50: number; p99: number; p999: number; max: number };
  /** By code word of the answer, or of the connection's failure. */
  errors: Record<string, number>;
}

/** Longest latency that the histogram tells apart: one minute, in microseconds. */
const histogramMax = 60_000_000;

/** Counts while a run goes on. */
export class Tally {
  readonly #latencies: RecordableHistogram =
    createHistogram({ lowest: 1, highest: histogramMax, figures: 3 });
  readonly #errors = new Map<string, number>();
  #acknowledged = 0;
  #queued = 0;

  get answered(): number {
    return this.#acknowledged;
  }

  acknowledged(latencyMs: number): void {
    this.#acknowledged++;
    this.#latencies.record(Math.min(Math.max(Math.round(latencyMs * 1_000), 1), histogramMax));
  }

  queued(): void {
    this.#queued++;
  }

  failed(code: string): void {
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }

  result(run: { connections: number; ratePerS: number | null; elapsedMs: number }): Result {
    const percentile = (share: number): number =>
      this.#acknowledged === 0 ? 0 : this.#latencies.percentile(share) / 1_000;
    return {
      connections: run.connections,
      ratePerS: run.ratePerS,
      seconds: run.elapsedMs / 1_000,
      acknowledged: this.#acknowledged,
      queued: this.#queued,
      ordersPerS: this.#acknowledged / (run.elapsedMs / 1_000),
      latencyMs: {
        p50: percentile(50),
        p99: percentile(99),
        p999: percentile(99.9),
        max: this.#acknowledged === 0 ? 0 : this.#latencies.max / 1_000,
      },
      errors: Object.fromEntries(this.#errors),
    };
  }
}
