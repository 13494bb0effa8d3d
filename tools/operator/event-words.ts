import { z } from 'zod';
import type { StreamEvent } from '../../client/event-parser.ts';
import type { Screen } from '../../client/terminal.ts';
import { told } from '../../client/view/told.ts';
import { clusterAnswer } from './cluster-answer.ts';
import { isWell, stateWords } from './status-view.ts';

/** An event of the stream for a person: one line, whatever it says. */

const text = z.string();
const maybe = text.nullish();

const notice = z.object({
  order_id: text, number: text, shop_id: text, to: maybe, reason: maybe, at: text,
  actor: z.object({ kind: text }).nullish(),
});
const snapshot = z.object({
  orders: z.array(z.object({ number: text, status: text })), more: z.boolean(),
});
const view = z.object({
  view_number: z.number(), epoch: z.number(), primary: text, in_sync: z.array(text), reason: text,
});

const timeOf = (iso: string): string => /T(\d\d:\d\d:\d\d)/.exec(iso)?.[1] ?? told(iso, 30);

const numbersShown = 12;

function snapshotWords(data: z.infer<typeof snapshot>): string {
  const { orders, more } = data;
  if (orders.length === 0) return 'no open orders';
  const shown = orders.slice(0, numbersShown)
    .map(({ number, status }) => `${told(number, 20)} ${told(status, 30)}`);
  const left = orders.length > numbersShown || more ? ', ...' : '';
  return `${orders.length}${more ? ' or more' : ''} open: ${shown.join(', ')}${left}`;
}

function noticeWords(data: z.infer<typeof notice>): string {
  const { number, to, actor, reason, at } = data;
  const now = to === null || to === undefined ? '' : `, now ${told(to, 30)}`;
  const by = actor === null || actor === undefined ? '' : ` by ${told(actor.kind, 30)}`;
  const why = reason === null || reason === undefined ? '' : ` (${told(reason, 80)})`;
  return `${timeOf(at)} ${told(number, 20)}${now}${by}${why}`;
}

function words({ type, data }: StreamEvent): string {
  const open = snapshot.safeParse(data).data;
  if (type === 'snapshot' && open !== undefined) return snapshotWords(open);
  const order = notice.safeParse(data).data;
  if (type.startsWith('order.') && order !== undefined) return noticeWords(order);
  const seen = view.safeParse(data).data;
  if (type === 'cluster.view' && seen !== undefined) {
    return `view ${seen.view_number}, epoch ${seen.epoch}: ${seen.in_sync.length} in sync, `
      + `primary ${told(seen.primary, 8)} (${told(seen.reason, 60)})`;
  }
  const cluster = clusterAnswer.safeParse(data).data;
  if (type === 'cluster.status' && cluster !== undefined) {
    return cluster.members.map((one) => `${told(one.id, 64)} ${told(one.role, 20)}`
      + `${isWell(one) ? '' : ` (${stateWords(one)})`}`).join(', ');
  }
  // Of a newer server: what it says is shown as it is.
  return told(JSON.stringify(data), 200);
}

export const eventLines = (event: StreamEvent, { paint }: Screen): string =>
  `${paint.bold(told(event.type, 40))} ${words(event)}`;
