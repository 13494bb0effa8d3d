import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { version } from './version.ts';

/**
 * What this process measures about itself, for Prometheus. One registry per process, as there is
 * one log: the parts of a program name what they measure where they measure it. Labels hold
 * patterns, methods and outcomes, never an id, a postcode or a name.
 */
const registry = new Registry();

/** Bounds in seconds, from a local disk write to the longest deadline. */
const secondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Of the event loop; finer would cost more than it tells. */
const loopResolutionMs = 20;

interface Meaning {
  name: string;
  help: string;
  labels?: readonly string[];
}

/** Durations by the values of some labels. */
export class Durations {
  readonly #histogram: Histogram;

  constructor({ name, help, labels = [] }: Meaning) {
    this.#histogram = new Histogram({
      name, help, labelNames: [...labels], buckets: secondsBounds, registers: [registry],
    });
  }

  /** `labels` in the order of their names. */
  took(ms: number, ...labels: readonly string[]): void {
    this.#histogram.labels(...labels).observe(ms / 1_000);
  }
}

/** What only grows, by the values of some labels. */
export class Counts {
  readonly #counter: Counter;

  constructor({ name, help, labels = [] }: Meaning) {
    this.#counter = new Counter({ name, help, labelNames: [...labels], registers: [registry] });
  }

  /** `labels` in the order of their names. */
  add(...labels: readonly string[]): void {
    this.#counter.labels(...labels).inc();
  }
}

export interface Reading {
  labels?: Record<string, string>;
  value: number;
}

/**
 * A value that is asked for when the metrics are read, and costs nothing in between. A name that
 * is watched again is asked where it was watched last. `grows`: a count that is kept elsewhere.
 */
export function watch(
  { name, help, labels = [] }: Meaning, read: () => readonly Reading[], grows = false,
): void {
  registry.removeSingleMetric(name);
  const common = { name, help, labelNames: [...labels], registers: [registry] };
  if (grows) {
    return void new Counter({
      ...common,
      collect() {
        this.reset();
        for (const reading of read()) this.inc(reading.labels ?? {}, reading.value);
      },
    });
  }
  return void new Gauge({
    ...common,
    collect() {
      this.reset();
      for (const reading of read()) this.set(reading.labels ?? {}, reading.value);
    },
  });
}

/** Begins to measure the process itself, once. `driver`: of the database, where there is one. */
export function measureProcess(driver = 'none'): void {
  if (registry.getSingleMetric('process_cpu_seconds_total') === undefined) {
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopResolutionMs });
  }
  const labels = { version, node_version: process.version, driver };
  const help = 'Always 1: what this process is built of.';
  watch(
    { name: 'orderly_build_info', help, labels: Object.keys(labels) }, () => [{ labels, value: 1 }],
  );
}

export const metricsContentType = registry.contentType;

/** Everything that was measured so far, in the text format of Prometheus. */
export const metricsText = (): Promise<string> => registry.metrics();
