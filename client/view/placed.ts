import type { Order } from '../answers/order.ts';
import type { Submission, SubmissionPage } from '../answers/submission.ts';
import type { Screen } from '../terminal.ts';
import { money } from './money.ts';
import { moment, span } from './moment.ts';
import { trackerOf } from './order.ts';
import { statusPainted } from './orders.ts';
import { told } from './told.ts';
import { paragraphs } from './width.ts';

/** What became of an order that was sent, and what to do next. */

const isFilled = (text: string | null | undefined): text is string =>
  text !== null && text !== undefined && text !== '';

interface PlacedHow {
  /** Nothing was placed by this request: an earlier one with its key has done it. */
  replayed: boolean;
  /** Of the front end: the tracker is there too. */
  url: string;
}

/** After an order was placed: number, status, total, how the address was read, the tracker. */
export function placedView(order: Order, { replayed, url }: PlacedHow, screen: Screen): string {
  const { paint, timeZone, width } = screen;
  const number = paint.bold(told(order.number, 16));
  const lines = [
    replayed
      ? `Order ${number} was placed before with this key; nothing was placed again.`
      : `Order ${number} is placed.`,
    `Status: ${statusPainted(order.status, paint)}. Total: ${money(order.totals.total)}.`,
  ];
  const { delivery, eta } = order;
  if (eta !== null && eta !== undefined) {
    lines.push(`Expected: ${span(eta.earliest, eta.latest, timeZone)}.`);
  }
  if (delivery?.geocode.corrected === true) {
    lines.push(`We read that as ${told(delivery.address.postcode, 64)}.`);
  }
  if (delivery?.geocode.status === 'unverified') {
    lines.push(
      'We could not check the postcode just now. We will check it before your order leaves.',
    );
  }
  const tracker = trackerOf(order, url);
  if (tracker !== null) {
    lines.push('Follow it at', `  ${tracker}`);
    lines.push('or here with', `  orderly client watch ${told(order.number, 16)}`);
  }
  return paragraphs(lines.join('\n'), width);
}

const endWords: Record<string, string> = {
  withdrawn: 'It was taken back and was not placed.',
  expired: 'No back end took it in time; it was not placed. Place it again if it is still wanted.',
  unknown: 'Whether it was carried out is not known.',
  answered: 'It was carried out.',
};

/** An order in the queue: where it stands and what happens next, or how that ended. */
export function queuedView(submission: Submission, { timeZone, width }: Screen): string {
  const { status, position, expires_at: expiresAt, ending, error } = submission;
  const id = told(submission.id, 60);
  const why = told(error?.detail ?? '', 500);
  const end = status === 'rejected' ? `It was refused: ${why}` : endWords[status];
  if (end !== undefined) return paragraphs(`The order was queued as\n  ${id}\n${end}`, width);
  const place = position === null || position === undefined ? '' : `, ${position} in line`;
  const until = isFilled(expiresAt) ? `, at the latest at ${moment(expiresAt, timeZone)}` : '';
  const next = isFilled(ending)
    ? ['It is not sent any more; the back ends have to confirm that it was not placed.']
    : [
      `It will be placed by itself as soon as a back end can take it${until}.`,
      'Do not order again: it would come twice.',
    ];
  return paragraphs([
    `The order is queued${place}; it is not placed yet.`,
    ...next,
    'How it stands',
    `  orderly client show ${id}`,
    ...(isFilled(ending) ? [] : ['Take it back', `  orderly client withdraw ${id}`]),
  ].join('\n'), width);
}

const outcome = (submission: Submission, { paint }: Screen): string => {
  const { status, error, order_id: orderId } = submission;
  if (isFilled(orderId)) return paint.green(`✓ placed, order ${told(orderId, 40)}`);
  if (status === 'rejected') return paint.red(`✗ refused: ${told(error?.detail ?? '', 300)}`);
  return `${status === 'answered' ? '✓' : '✗'} ${endWords[status] ?? told(status, 40)}`;
};

/** What had to wait and has ended, in the order of ending. */
export function resultsView(page: SubmissionPage, screen: Screen): string {
  if (page.data.length === 0) {
    return 'Nothing that was queued has ended.\nWhat still waits: orderly client show ID';
  }
  return page.data.map((submission) => {
    const { id, ended_at: at, service } = submission;
    const what = isFilled(service) ? `call of ${told(service, 64)} ` : '';
    const when = isFilled(at) ? moment(at, screen.timeZone) : 'not yet';
    return paragraphs(
      `${when}  ${what}${outcome(submission, screen)}\n  ${told(id, 60)}`, screen.width,
    );
  }).join('\n');
}
