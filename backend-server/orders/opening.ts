import type { Shop } from '../../shared/contract/order.ts';

/** The clocks of a place: 1 is Monday, minutes since its midnight. */
export interface LocalTime {
  day: number;
  minute: number;
}

type Hours = Shop['hours'];

const minuteOf = (clock: string): number => {
  const [hours = '0', minutes = '0'] = clock.split(':');
  return Number(hours) * 60 + Number(minutes);
};

/** Empty hours: always open. A row is open from its first minute to before its last. */
export const isOpenAt = (hours: Hours, { day, minute }: LocalTime): boolean =>
  hours.length === 0 || hours.some((row) =>
    row.day === day && minuteOf(row.opens) <= minute && minute < minuteOf(row.closes));

const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const weekMinutes = 7 * 1440;

/** When it opens next, in words for customers ("Monday at 11:00"); null when it never does. */
export function nextOpening(hours: Hours, { day, minute }: LocalTime): string | null {
  const now = day * 1440 + minute;
  const waits = hours.map((row) => {
    const ahead = row.day * 1440 + minuteOf(row.opens) - now;
    return { row, wait: ahead > 0 ? ahead : ahead + weekMinutes };
  });
  const first = waits.toSorted((a, b) => a.wait - b.wait)[0]?.row;
  if (first === undefined) return null;
  return `${dayNames[first.day - 1] ?? ''} at ${first.opens}`;
}

/** HH:MM. */
export const clockOf = ({ minute }: LocalTime): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
