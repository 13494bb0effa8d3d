import { must } from '../../shared/runtime/assert.ts';
import type { LocalTime } from '../orders/opening.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  });
  formats.set(timeZone, made);
  return made;
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Every zone's offset is a multiple of this, so that clocks run evenly within one. */
const quarterMs = 900_000;
const minuteMs = 60_000;
const lastTimes = new Map<string, { quarter: number; time: LocalTime }>();

/** What the clocks at a place show, summer time included. `timeZone` is one that is known here. */
export function localTime(instant: string, timeZone: string): LocalTime {
  const ms = Date.parse(instant);
  const quarter = Math.floor(ms / quarterMs);
  const last = lastTimes.get(timeZone);
  const began = last?.quarter === quarter ? last.time : readTime(quarter * quarterMs, timeZone);
  if (began !== last?.time) lastTimes.set(timeZone, { quarter, time: began });
  return {
    day: began.day,
    minute: began.minute + Math.floor((ms - quarter * quarterMs) / minuteMs),
  };
}

function readTime(atMs: number, timeZone: string): LocalTime {
  const parts = formatFor(timeZone).formatToParts(new Date(atMs));
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    must(parts.find((each) => each.type === type), 'a time has a day, an hour and a minute').value;
  return {
    day: days.indexOf(part('weekday')) + 1,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

/** Whether this machine knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    formatFor(name);
    return true;
  } catch {
    // The constructor throws a RangeError for a name that it does not know: that is the answer.
    return false;
  }
}
