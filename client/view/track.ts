import type { Notice, Track } from '../answers/track.ts';
import type { Screen } from '../terminal.ts';
import { span, timeOfDay } from './moment.ts';
import { statusMarked } from './orders.ts';
import { told } from './told.ts';
import { wrap, wrapHanging } from './width.ts';
import { happeningWords, reasonWords } from './words.ts';

/** What a watched order tells, line by line. */

const timeWidth = 7;

const line = (at: string, what: string, { width, timeZone }: Screen): string =>
  wrapHanging(`${timeOfDay(at, timeZone)}  ${what}`, width, timeWidth);

const because = (reason: string | null | undefined): string =>
  (reason === null || reason === undefined || reason === '' ? '' : `: ${reasonWords(reason)}`);

/** Which order it is. */
export function trackHead(track: Track, { paint, width }: Screen): string {
  const items = track.items.map(({ name, quantity }) => `${quantity} × ${told(name, 60)}`);
  const head = `Order ${told(track.number, 16)}, ${told(track.shop.name, 60)}`;
  return [
    ...wrap(head, width).map((text) => paint.bold(text)), ...wrap(items.join(', '), width), '',
  ].join('\n');
}

/** A status that it has reached. */
export function reached(
  step: Track['history'][number], track: Track, screen: Screen,
): string {
  const last = track.history.at(-1) === step;
  const why = last ? because(track.reason) : '';
  return line(step.at, `${statusMarked(step.status, screen.paint)}${why}`, screen);
}

/** What has happened just now. */
export function happened(notice: Notice & { type: string }, screen: Screen): string {
  const { status, from, to, at, reason, type } = notice;
  const moved = to !== null && to !== undefined && to !== from;
  const what = moved
    ? `${statusMarked(status, screen.paint)}${because(reason)}`
    : `· ${happeningWords(type.replace(/^order\./, ''))}`;
  return line(at, what, screen);
}

/** When it comes and who brings it; empty where nobody knows, or it does not matter any more. */
export function etaLine(track: Track, { paint, timeZone, width }: Screen): string {
  const { eta, courier, status } = track;
  if (['delivered', 'rejected', 'cancelled'].includes(status)) return '';
  const when = eta === null || eta === undefined
    ? [] : [`expected ${span(eta.earliest, eta.latest, timeZone)}`];
  const who = courier === null || courier === undefined
    ? [] : [`${told(courier.first_name, 40)} brings it`];
  return [...when, ...who].flatMap((text) => wrap(text, width - timeWidth))
    .map((text) => `${' '.repeat(timeWidth)}${paint.dim(text)}`).join('\n');
}
