/**
 * How long nobody got an answer around a fault: the longest gap between two acknowledgements that
 * follow each other, of the gap over the fault and those between it and `untilMs`, where the next
 * fault begins: the gap over that one is its own.
 * All times are on one monotonic clock; `ackedAtMs` need not be sorted. null: no answer came after.
 */
export function outageMs(
  ackedAtMs: readonly number[], fault: { atMs: number; untilMs: number },
): number | null {
  const sorted = [...ackedAtMs].sort((a, b) => a - b);
  let before = fault.atMs;
  let longest: number | null = null;
  for (const at of sorted) {
    if (at <= fault.atMs) {
      before = at;
      continue;
    }
    const overFault = before <= fault.atMs;
    if (before >= fault.untilMs || (at > fault.untilMs && !overFault)) break;
    longest = Math.max(longest ?? 0, at - before);
    before = at;
  }
  return longest;
}
