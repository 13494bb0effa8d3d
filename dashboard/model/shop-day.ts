/** When the day of a shop began, by the clocks where it is. Pure. */

const dayMs = 86_400_000;

/** `timeZone` is one that the server knows; where a browser does not, the reader's stands in. */
function formatFor(timeZone: string): Intl.DateTimeFormat {
  const fields = {
    year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
    second: 'numeric', hourCycle: 'h23',
  } as const;
  try {
    return new Intl.DateTimeFormat('en-GB', { ...fields, timeZone });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return new Intl.DateTimeFormat('en-GB', fields);
  }
}

/** What the clocks show then, as milliseconds, as if they were those of UTC. */
function clocksAt(wallMs: number, format: Intl.DateTimeFormat): number {
  const parts = new Map(format.formatToParts(wallMs)
    .map(({ type, value }) => [type, Number(value)] as const));
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] =
    (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map((name) => parts.get(name));
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The first moment of that day, as the API has it. */
export function dayStart(wallMs: number, timeZone: string): string {
  const format = formatFor(timeZone);
  const clocks = (atMs: number): number => clocksAt(atMs, format);
  const nowMs = Math.floor(wallMs / 1_000) * 1_000;
  const midnight = Math.floor(clocks(nowMs) / dayMs) * dayMs;
  // Where clocks are put forward or back that day, another offset holds at its beginning.
  const starts = [nowMs, nowMs - dayMs].map((atMs) => midnight - (clocks(atMs) - atMs))
    .filter((atMs) => clocks(atMs) >= midnight);
  return new Date(Math.min(nowMs, ...starts)).toISOString();
}
