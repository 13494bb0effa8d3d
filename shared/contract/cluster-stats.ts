import { z } from 'zod';
import { count, shortName } from './ids.ts';
import { instant } from './values.ts';

/** What a front end counts, small enough to be asked for every second. */

/** A time in which this front end could not carry a request to a primary. */
export const outageSchema = z.strictObject({
  /** When it was over. */
  at: instant,
  /** From the first request that came to nothing until the first answer after it. */
  took_ms: count,
  /** The epochs before and after; equal when the same primary came back. */
  from_epoch: count,
  to_epoch: count,
});

/** Body of GET /v1/cluster/stats. */
export const clusterStatsSchema = z.strictObject({
  /** Counts are of this front end since its start. */
  front_end: shortName,
  at: instant,
  /** How long orders took to be placed here, as counts that only grow. */
  order_times: z.strictObject({
    /** Upper ends of the steps. */
    bounds_ms: z.array(z.number()),
    /** One for each step, and one for what took longer than all of them. */
    counts: z.array(count),
  }),
  queue: z.strictObject({ depth: count, oldest_age_ms: count }),
  /** Requests that wait for a back end now. */
  waiting: count,
  /** The newest ones, oldest first. */
  outages: z.array(outageSchema).max(20),
});
export type ClusterStats = z.infer<typeof clusterStatsSchema>;
