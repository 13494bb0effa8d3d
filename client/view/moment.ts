import { visible } from '../../shared/runtime/visible-text.ts';

/** RFC 3339 as a local date and time; text that is no date is shown as it came. */
export function moment(iso: string, timeZone?: string): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return visible(iso);
  return new Intl.DateTimeFormat('en-GB', {
    day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(ms);
}

/** Only the time of day, for what happens today. */
export function timeOfDay(iso: string, timeZone?: string): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return visible(iso);
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit', minute: '2-digit', ...(timeZone === undefined ? {} : { timeZone }),
  }).format(ms);
}

/** From one moment to another; the day once where it is the same. */
export function span(from: string, to: string, timeZone?: string): string {
  const [first, last] = [moment(from, timeZone), moment(to, timeZone)];
  const sameDay = first.split(',')[0] === last.split(',')[0];
  return `${first} to ${sameDay ? timeOfDay(to, timeZone) : last}`;
}

/** A length of time in its largest fitting unit: 12 s, 3 min, 5 h, 2 d. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
