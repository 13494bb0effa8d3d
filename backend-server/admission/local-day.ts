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

/** The calendar day at a place, YYYY-MM-DD. `timeZone` is an IANA name that this machine knows. */
export function localDay(instant: string, timeZone: string): string {
  const parts = formatFor(timeZone).formatToParts(new Date(instant));
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    must(parts.find((each) => each.type === type), 'a date has a year, a month and a day').value;
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}
