import type { ClusterStats } from '../../shared/contract/cluster-stats.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { OrderTiming, timingBoundsMs } from './order-timing.ts';
import type { OutageLog } from './outage-log.ts';

interface Parts {
  /** Name of this front end. */
  id: string;
  clock: Clock;
  forwarder: { readonly waiting: number; readonly outages: OutageLog };
  queue: { readonly load: { rows: number; oldestAtMs: number | null } };
}

/** What this front end counts about itself, for whoever looks at charts. */
export class DoorStats {
  readonly timing: OrderTiming;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.timing = new OrderTiming(parts.clock);
  }

  read(): ClusterStats {
    const { id, clock, forwarder, queue } = this.#parts;
    const { rows, oldestAtMs } = queue.load;
    const ageMs = oldestAtMs === null ? 0 : clock.wallMs() - oldestAtMs;
    return {
      front_end: id,
      at: clock.wallIso(),
      order_times: { bounds_ms: [...timingBoundsMs], counts: [...this.timing.counts] },
      queue: { depth: rows, oldest_age_ms: Math.max(0, Math.round(ageMs)) },
      waiting: forwarder.waiting,
      outages: forwarder.outages.outages.map(({ endedAtMs, tookMs, fromEpoch, toEpoch }) => ({
        at: new Date(endedAtMs).toISOString(), took_ms: Math.max(0, Math.round(tookMs)),
        from_epoch: fromEpoch, to_epoch: toEpoch,
      })),
    };
  }
}
