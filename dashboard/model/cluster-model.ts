import type { ClusterStats } from '../../shared/contract/cluster-stats.ts';
import type { ClusterView, OrderNotice } from '../../shared/contract/event-stream.ts';
import type { ClusterStatus } from '../../shared/contract/frontend.ts';
import { ClusterChanges, outageWords } from './cluster-changes.ts';
import type { Change } from './cluster-changes.ts';
import { EventLog } from './event-log.ts';
import { orderWords } from './order-words.ts';
import { countsBetween, percentile } from './percentiles.ts';
import { RateSeries, TimeSeries, windowMs } from './time-series.ts';
import { TopologyMemory } from './topology.ts';
import type { Topology } from './topology.ts';

/** Everything that the view of the cluster shows, in bounded memory. Knows neither page nor net. */

export interface Mark {
  atMs: number;
  tookMs: number;
}

/** When it is, by both clocks. */
export interface Now {
  nowMs: number;
  wallMs: number;
}

const marksMax = 20;
const backendsMax = 64;

export class ClusterModel {
  readonly log = new EventLog();
  readonly orders = new RateSeries();
  readonly latencies = { p50: new TimeSeries(), p95: new TimeSeries(), p99: new TimeSeries() };
  readonly queue = new TimeSeries();
  /** By the name of the back end. */
  readonly lags = new Map<string, TimeSeries>();
  readonly #changes = new ClusterChanges();
  readonly #memory = new TopologyMemory();
  readonly #startedMs: number;
  #marks: Mark[] = [];
  #times: ClusterStats['order_times'] | null = null;
  #topology: Topology = { nodes: [], links: [] };

  constructor(startedMs: number) {
    this.#startedMs = startedMs;
  }

  get topology(): Topology {
    return this.#topology;
  }

  /** Since when things are counted. */
  get startedMs(): number {
    return this.#startedMs;
  }

  /** Fail-overs within the window. */
  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /** Returns what is worth saying aloud. */
  onStatus(status: ClusterStatus, now: Now): Change[] {
    this.#topology = this.#memory.look(status, now.nowMs);
    for (const { id, lag } of status.members) {
      const series = this.lags.get(id) ?? new TimeSeries();
      if (lag !== null) series.add(lag, now.nowMs);
      this.lags.set(id, series);
    }
    this.#forgetLags(now.nowMs);
    return this.#tell(this.#changes.onStatus(status), now);
  }

  onView(view: ClusterView, now: Now): Change[] {
    return this.#tell(this.#changes.onView(view), now);
  }

  onOrder(type: string, notice: OrderNotice, now: Now): void {
    if (type === 'order.placed') this.orders.add(now.nowMs);
    this.log.add('order', orderWords(type, notice), now.wallMs);
  }

  onStats(stats: ClusterStats, now: Now): Change[] {
    this.queue.add(stats.queue.depth, now.nowMs);
    const { order_times: times } = stats;
    const counts = this.#times === null ? null : countsBetween(this.#times, times);
    this.#times = times;
    if (counts !== null) {
      for (const [name, part] of [['p50', 0.5], ['p95', 0.95], ['p99', 0.99]] as const) {
        const value = percentile(counts, times.bounds_ms, part);
        if (value !== null) this.latencies[name].add(value, now.nowMs);
      }
    }
    const outages = this.#changes.onStats(stats);
    for (const outage of outages) {
      const ageMs = Math.max(0, Date.parse(stats.at) - Date.parse(outage.at));
      this.#marks.push({ atMs: now.nowMs - ageMs, tookMs: outage.took_ms });
    }
    this.#marks = this.#marks.filter(({ atMs }) => now.nowMs - atMs < windowMs).slice(-marksMax);
    return this.#tell(outages.map((outage) =>
      ({ kind: 'cluster' as const, text: outageWords(outage) })), now);
  }

  /** Something that whoever uses the page did, or that happened to the page itself. */
  note(kind: Change['kind'], text: string, wallMs: number): void {
    this.log.add(kind, text, wallMs);
  }

  #tell(changes: Change[], { wallMs }: Now): Change[] {
    for (const { kind, text } of changes) this.log.add(kind, text, wallMs);
    return changes;
  }

  #forgetLags(nowMs: number): void {
    for (const [id, { samples }] of this.lags) {
      const lastMs = samples.at(-1)?.atMs ?? nowMs;
      if (nowMs - lastMs > windowMs || this.lags.size > backendsMax) this.lags.delete(id);
    }
  }
}
