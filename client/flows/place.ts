import { randomUUID } from 'node:crypto';
import type { PlaceInput } from '../../shared/contract/order.ts';
import type { Menu } from '../answers/menu.ts';
import type { Quote } from '../answers/quote.ts';
import { cartOf, stillOffered, totalOf } from '../cart.ts';
import type { Asking } from '../context.ts';
import { missingTexts, placeInputOf, quoteInputOf, textsFor, type Draft } from '../draft.ts';
import { fromShop, handedOver, isCollected } from '../draft-terms.ts';
import { fieldAt, fieldNames, fields, type FieldName } from '../fields.ts';
import { Failure } from '../failure.ts';
import { describeFailure } from '../messages.ts';
import type { Choice } from '../prompts.ts';
import type { Placed } from '../session.ts';
import { money } from '../view/money.ts';
import { sumText, summaryView } from '../view/summary.ts';
import { told } from '../view/told.ts';
import { askFields } from './ask-fields.ts';
import { chooseLines } from './choose-lines.ts';
import { chooseShop } from './choose-shop.ts';
import { askWho, signedIn } from './signed-in.ts';
import { withUsualTexts } from './usual-texts.ts';

/** An order on its way: nothing that was typed is lost until it is placed or dropped. */
interface Work {
  menu: Menu;
  draft: Draft;
  key: string;
  /** The person has said yes to what would be sent now. */
  confirmed: boolean;
  /** What they were told that it costs, in pence; null when nobody could say. */
  total: number | null;
}

export interface PlaceStart {
  draft: Draft;
  /** Continues an earlier request; a new key is made where it is missing. */
  key?: string;
  confirmed: boolean;
  /** The total that the person has named, in pence. */
  expectedTotal?: number;
}

const newKey = (): string => randomUUID();

/** The person left without ordering: nothing was sent, or what was sent was refused. */
export const dropped = Symbol('dropped');

async function withLines(context: Asking, work: Work): Promise<Work | null> {
  const lines = await chooseLines(context, work.menu, work.draft.lines);
  return lines === null ? null : { ...work, draft: { ...work.draft, lines } };
}

async function withTexts(context: Asking, work: Work, names: readonly FieldName[]): Promise<Work> {
  return { ...work, draft: await askFields(context.prompts, work.draft, names) };
}

/** What the lines cost by the menu; null when it does not know them. */
const itemsIn = ({ menu, draft }: Work): number | null => totalOf(cartOf(menu, draft.lines));

type Decision = 'place' | 'items' | 'details' | 'collection' | 'delivery' | 'drop';

function questionFor(work: Work, quote: Quote | null): string {
  if (quote === null) return `Place this order for ${sumText(itemsIn(work))} and the delivery fee?`;
  return quote.problems.length === 0
    ? `Place this order for ${money(quote.totals.total)}?`
    : 'It can not be placed like this. What now?';
}

function decisions({ draft }: Work, quote: Quote | null): Choice<Decision>[] {
  const free = quote === null || quote.problems.length === 0;
  const changes: Choice<Decision>[] = [
    { name: 'Change the items', value: 'items' },
    { name: 'Change name, address or note', value: 'details' },
    isCollected(draft)
      ? { name: 'Have it delivered', value: 'delivery' }
      : { name: 'Collect it at the shop', value: 'collection' },
  ];
  const place: Choice<Decision> = {
    name: free ? 'Yes, place it' : 'Try to place it all the same', value: 'place',
  };
  const drop: Choice<Decision> = { name: 'No, drop it', value: 'drop' };
  return free ? [place, ...changes, drop] : [...changes, place, drop];
}

/** The menu has other prices than those by which the basket was filled: that is said. */
async function withPricesOf(context: Asking, work: Work, quote: Quote | null): Promise<Work> {
  const before = itemsIn(work);
  if (quote === null || before === null || quote.problems.length > 0) return work;
  const { total, delivery_fee: fee, tip } = quote.totals;
  const now = total.amount - fee.amount - (tip?.amount ?? 0);
  if (now === before) return work;
  const { terminal } = context;
  terminal.tell(`${terminal.talkPaint.yellow('!')} The prices have changed meanwhile: `
    + `${sumText(now)} instead of ${sumText(before)}.`);
  return { ...work, menu: await menuFor(context, work.draft) };
}

/** Shows the whole order and asks what to do with it. */
async function decide(
  context: Asking, start: Work,
): Promise<{ decision: Decision; total: number | null }> {
  const { terminal, prompts, session } = context;
  const quote = await session.quote(quoteInputOf(placeInputOf(start.draft, null)));
  const work = await withPricesOf(context, start, quote);
  const { menu, draft } = work;
  const shown = { cart: cartOf(menu, draft.lines), items: itemsIn(work), draft, quote };
  terminal.say('');
  terminal.say(summaryView(shown, terminal.talkScreen));
  terminal.say('');
  const decision = await prompts.choose<Decision>({
    message: questionFor(work, quote), choices: decisions(work, quote),
  });
  return { decision, total: quote?.totals.total.amount ?? null };
}

/** What the person wants to be otherwise; null when they leave. */
async function changed(
  context: Asking, work: Work, decision: Exclude<Decision, 'place' | 'drop'>,
): Promise<Work | null> {
  if (decision === 'items') return withLines(context, work);
  if (decision === 'details') return withTexts(context, work, textsFor(work.draft));
  const next = { ...work, draft: handedOver(work.draft, decision) };
  return withTexts(context, next, missingTexts(next.draft));
}

/** Until the person says yes; null when they drop the order. */
async function confirm(context: Asking, start: Work): Promise<Work | null> {
  let work = start;
  while (!work.confirmed) {
    const { decision, total } = await decide(context, work);
    if (decision === 'drop') return null;
    if (decision === 'place') return { ...work, confirmed: true, total };
    const next = await changed(context, work, decision);
    if (next === null) return null;
    work = { ...next, key: newKey() };
  }
  return work;
}

/** The texts that the server found wrong. */
function wrongFields({ facts, code }: Failure): FieldName[] {
  const named = (facts.issues ?? []).map(({ pointer }) => fieldAt(pointer));
  const found = fieldNames.filter((name) => named.includes(name));
  return found.length === 0 && code === 'postcode_rejected' ? ['postcode'] : found;
}

function sayWrongFields({ terminal }: Asking, failure: Failure, names: FieldName[]): void {
  const { issues = [], what } = failure.facts;
  for (const name of names) {
    const details = issues.filter(({ pointer }) => fieldAt(pointer) === name)
      .map(({ detail }) => detail);
    const text = details.length === 0 ? what : details.join('. ');
    terminal.say(`${terminal.talkPaint.yellow('!')} ${fields[name].question}: ${told(text)}`);
  }
}

/** The shop offers something else by now: the person sees the new menu and the new total. */
async function withFreshMenu(context: Asking, work: Work): Promise<Work | null> {
  const menu = await menuFor(context, work.draft);
  const lines = stillOffered(menu, work.draft.lines);
  const next = { ...work, menu, draft: { ...work.draft, lines }, key: newKey(), confirmed: false };
  return lines.length === work.draft.lines.length ? next : withLines(context, next);
}

/** What to send after a failure; null to drop the order. Throws what can not be mended here. */
async function mend(context: Asking, work: Work, failure: Failure): Promise<Work | null> {
  const { terminal, prompts } = context;
  const wrong = wrongFields(failure);
  if (wrong.length > 0) {
    sayWrongFields(context, failure, wrong);
    return { ...await withTexts(context, work, wrong), key: newKey() };
  }
  if (failure.code === 'price_changed' || failure.code === 'item_unavailable') {
    terminal.tell(describeFailure(failure, terminal.talkPaint, false));
    return withFreshMenu(context, work);
  }
  if (failure.code === 'below_minimum') {
    terminal.tell(describeFailure(failure, terminal.talkPaint, false));
    const more = await withLines(context, { ...work, confirmed: false });
    return more === null ? null : { ...more, key: newKey() };
  }
  if (failure.code === 'out_of_range' || failure.code === 'shop_closed') {
    terminal.tell(describeFailure(failure, terminal.talkPaint, false));
    return { ...work, key: newKey(), confirmed: false };
  }
  if (failure.code === 'unauthorized') {
    terminal.say('Your session has ended.');
    return await askWho(context) ? work : null;
  }
  // Given up by the session, with the key: the same request may go out again.
  if (failure.facts.key === undefined || context.io.stop.aborted) throw failure;
  terminal.tell(describeFailure(failure, terminal.talkPaint, false));
  failure.shown = true;
  terminal.say('It can not be placed twice.');
  const again = await prompts.confirm({ message: 'Send the same again?', initial: true });
  if (again) return work;
  throw failure;
}

async function menuFor({ session }: Asking, { base }: Draft): Promise<Menu> {
  const { shop_id: shop } = base;
  return (await session.menu(typeof shop === 'string' ? shop : undefined)).value;
}

/** Where there are several shops, the person says which one; null when they leave. */
async function withShop(context: Asking, draft: Draft): Promise<Draft | null> {
  if (draft.base['shop_id'] !== undefined || draft.lines.length > 0) return draft;
  const { value: shops } = await context.session.shops();
  if (shops.length < 2) return draft;
  const shop = await chooseShop(context, shops);
  return shop === null ? null : fromShop(draft, shop.id);
}

async function begin(context: Asking, start: PlaceStart): Promise<Work | null> {
  if (!await signedIn(context)) return null;
  const draft = await withShop(context, start.draft);
  if (draft === null) return null;
  const work: Work = {
    menu: await menuFor(context, draft), draft, key: start.key ?? newKey(),
    confirmed: start.confirmed, total: null,
  };
  const filled = work.draft.lines.length > 0 ? work : await withLines(context, work);
  if (filled === null) return null;
  const known = { ...filled, draft: await withUsualTexts(context, filled.draft) };
  const missing = missingTexts(known.draft);
  // Somebody who types the address here is also asked for what may stay empty.
  const offered: FieldName[] = missing.includes('line1') ? ['city', 'notes'] : [];
  const asked = fieldNames.filter((name) => missing.includes(name)
    || (offered.includes(name) && known.draft.texts[name] === undefined));
  return withTexts(context, known, asked);
}

export interface PlacedHere {
  placed: Placed;
  key: string;
}

/**
 * Asks for what is missing, shows the order, sends it, and asks again for what the server finds
 * wrong. Throws Failure, or PromptEnded when the person leaves.
 */
export async function placeByAsking(
  context: Asking, start: PlaceStart,
): Promise<PlacedHere | typeof dropped> {
  let work = await begin(context, start);
  for (;;) {
    if (work !== null) work = await confirm(context, work);
    if (work === null) return dropped;
    const input: PlaceInput = placeInputOf(work.draft, start.expectedTotal ?? work.total);
    try {
      return { placed: await context.session.place(input, work.key), key: work.key };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      work = await mend(context, work, error);
    }
  }
}
