/** RFC 3339 has no years of five digits. */
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** RFC 3339 UTC with milliseconds, so many whole minutes later; never beyond the year 9999. */
export const minutesAfter = (instant: string, minutes: number): string =>
  new Date(Math.min(Date.parse(instant) + minutes * 60_000, lastMs)).toISOString();

/**
 * `at`, or one millisecond after `previous` when it is not later. Both are RFC 3339 UTC with three
 * digits of a second, which sort as text; `previous` is null when there is none.
 */
export const laterThan = (previous: string | null, at: string): string =>
  previous === null || at > previous ? at : new Date(Date.parse(previous) + 1).toISOString();
