import type { ClusterStats } from '../../shared/contract/cluster-stats.ts';

type Times = ClusterStats['order_times'];

/** How many were counted between two looks, step by step; null when the counting began anew. */
export function countsBetween(before: Times, after: Times): number[] | null {
  const gained = after.counts.map((count, n) => count - (before.counts[n] ?? 0));
  return gained.some((count) => count < 0) ? null : gained;
}

/**
 * The value that a part (0 to 1) of the counted did not exceed: the upper end of its step. null
 * when nothing was counted.
 */
export function percentile(
  counts: readonly number[], boundsMs: readonly number[], part: number,
): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(total * part));
  let reached = 0;
  for (const [n, count] of counts.entries()) {
    reached += count;
    if (reached >= rank) return boundsMs[Math.min(n, boundsMs.length - 1)] ?? null;
  }
  return null;
}
