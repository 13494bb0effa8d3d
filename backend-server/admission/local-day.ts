import { must } from '../../shared/runtime/assert.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone, year: 'numeric', month: '2-digit', day: '2-digit',
  });
  formats.set(timeZone, made);
  return made;
}

/** Every zone's offset is a multiple of this, so that a day never changes within one. */
const quarterMs = 900_000;
const lastDays = new Map<string, { quarter: number; day: string }>();

/** The calendar day at a place, YYYY-MM-DD. `timeZone` is an IANA name that this machine knows. */
export function localDay(instant: string, timeZone: string): string {
  const quarter = Math.floor(Date.parse(instant) / quarterMs);
  const last = lastDays.get(timeZone);
  if (last?.quarter === quarter) return last.day;
  const parts = formatFor(timeZone).formatToParts(new Date(instant));
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    must(parts.find((each) => each.type === type), 'a date has a year, a month and a day').value;
  const day = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  lastDays.set(timeZone, { quarter, day });
  return day;
}
