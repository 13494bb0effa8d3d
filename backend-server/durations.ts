import { Durations } from '../shared/runtime/metrics.ts';

/** What is measured while it happens; other values are asked for when the metrics are read. */

export const commitDurations = new Durations({
  name: 'orderly_commit_duration_seconds',
  help: 'From handing an op to the log until it was committed and executed; only of the primary.',
});

export const fsyncDurations = new Durations({
  name: 'orderly_db_fsync_duration_seconds',
  help: 'Writing one batch to disk, flush included.',
});
