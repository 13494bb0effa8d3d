import { randomUUID } from 'node:crypto';
import type { AmendInput } from '../../shared/contract/order-change.ts';
import { amendedQuote, amendmentOf, draftOfOrder, isPriced } from '../amendment.ts';
import type { Order } from '../answers/order.ts';
import type { Quote } from '../answers/quote.ts';
import type { Asking } from '../context.ts';
import type { Draft } from '../draft.ts';
import { isCollected } from '../draft-terms.ts';
import { Failure } from '../failure.ts';
import { fieldAt, fields, type FieldName } from '../fields.ts';
import { describeFailure } from '../messages.ts';
import type { Told } from '../session.ts';
import { money } from '../view/money.ts';
import { quoteView } from '../view/summary.ts';
import { told } from '../view/told.ts';
import { askFields } from './ask-fields.ts';
import { chooseLines } from './choose-lines.ts';

const addressFields: readonly FieldName[] = ['line1', 'city', 'postcode'];

/** What the person wants to be otherwise; null when they leave the order as it is. */
async function askChanges(context: Asking, order: Order, start: Draft): Promise<Draft | null> {
  const { prompts, session } = context;
  let draft = start;
  for (;;) {
    const what = await prompts.choose<'items' | 'address' | 'note' | 'done' | 'leave'>({
      message: `What of order ${told(order.number, 16)}?`,
      choices: [
        ...(draft === start ? [] : [{ name: 'Done', value: 'done' as const }]),
        { name: 'The items', value: 'items' },
        ...(isCollected(draft) ? [] : [{ name: 'The address', value: 'address' as const }]),
        { name: 'The note for the shop', value: 'note' },
        { name: 'Leave it as it is', value: 'leave' },
      ],
    });
    if (what === 'done') return draft;
    if (what === 'leave') return null;
    if (what === 'items') {
      const menu = (await session.menu(order.shop_id)).value;
      const lines = await chooseLines(context, menu, draft.lines);
      draft = lines === null ? draft : { ...draft, lines };
    } else {
      draft = await askFields(prompts, draft, what === 'note' ? ['notes'] : addressFields);
    }
  }
}

/** The price of the amendment, told beside the present one; null when nobody can say. */
async function tellPrice(
  context: Asking, order: Order, input: AmendInput,
): Promise<Quote | null> {
  const { terminal, session } = context;
  const quote = await session.quote(amendedQuote(order, input));
  if (quote === null) {
    terminal.tell('What it costs then can not be said now: the shop can not be asked.');
    return null;
  }
  terminal.say(quoteView(quote, terminal.talkScreen));
  const { total } = quote.totals;
  const before = order.totals.total;
  terminal.tell(total.amount === before.amount
    ? 'It costs as much as before.' : `Instead of ${money(before)}.`);
  return quote;
}

/** Shows what the amendment costs and asks; with the total that was agreed on, null for no. */
export async function confirmAmend(
  context: Asking, order: Order, input: AmendInput,
): Promise<AmendInput | null> {
  const quote = isPriced(input) ? await tellPrice(context, order, input) : null;
  const yes = await context.prompts.confirm({
    message: `Change order ${told(order.number, 16)}?`, initial: true,
  });
  if (!yes) return null;
  return quote === null ? input : {
    ...input, expected_total: { amount: quote.totals.total.amount, currency: 'GBP' },
  };
}

/** Failures after which the person may choose otherwise and send it once more. */
const mendable = new Set([
  'price_changed', 'item_unavailable', 'below_minimum', 'out_of_range', 'shop_closed',
  'postcode_rejected', 'invalid_params',
]);

function tellFailure({ terminal }: Asking, failure: Failure): void {
  terminal.tell(describeFailure(failure, terminal.talkPaint, false));
  for (const { pointer, detail } of failure.facts.issues ?? []) {
    const name = fieldAt(pointer);
    if (name !== null) terminal.tell(`! ${fields[name].question}: ${told(detail)}`);
  }
}

/** Asks what to change, what it may cost, and changes it; null when nothing was changed. */
export async function amendByAsking(context: Asking, first: Order): Promise<Told<Order> | null> {
  const { session, prompts, io } = context;
  let order = first;
  let draft = draftOfOrder(order);
  let key = randomUUID();
  for (;;) {
    const changed = await askChanges(context, order, draft);
    const input = changed === null ? {} : amendmentOf(draftOfOrder(order), changed);
    if (changed === null || Object.keys(input).length === 0) return null;
    draft = changed;
    const agreed = await confirmAmend(context, order, input);
    if (agreed === null) return null;
    try {
      return await session.amend({ id: order.id, version: order.version, input: agreed, key });
    } catch (error) {
      if (!(error instanceof Failure) || io.stop.aborted) throw error;
      if (error.code === 'version_mismatch') {
        order = (await session.order(order.id)).value;
        draft = draftOfOrder(order);
      } else if (!mendable.has(error.code)) {
        throw error;
      }
      tellFailure(context, error);
      error.shown = true;
      key = randomUUID();
      if (!await prompts.confirm({ message: 'Change it otherwise?', initial: true })) throw error;
    }
  }
}
