import { randomUUID } from 'node:crypto';
import type { PlaceInput } from '../../shared/contract/order.ts';
import type { Menu } from '../answers/menu.ts';
import type { Quote } from '../answers/quote.ts';
import { cartOf, stillOffered, totalOf } from '../cart.ts';
import type { Asking } from '../context.ts';
import { missingTexts, placeInputOf, quoteInputOf, type Draft } from '../draft.ts';
import { fieldAt, fieldNames, fields, type FieldName } from '../fields.ts';
import { Failure } from '../failure.ts';
import { describeFailure } from '../messages.ts';
import type { Placed } from '../session.ts';
import { money } from '../view/money.ts';
import { sumText, summaryView } from '../view/summary.ts';
import { told } from '../view/told.ts';
import { askFields } from './ask-fields.ts';
import { chooseLines } from './choose-lines.ts';

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
  const lines = await chooseLines(context.prompts, work.menu, work.draft.lines);
  return lines === null ? null : { ...work, draft: { ...work.draft, lines } };
}

async function withTexts(context: Asking, work: Work, names: readonly FieldName[]): Promise<Work> {
  return { ...work, draft: await askFields(context.prompts, work.draft, names) };
}

/** What the lines cost by the menu; null when it does not know them. */
const itemsIn = ({ menu, draft }: Work): number | null => totalOf(cartOf(menu, draft.lines));

type Decision = 'place' | 'items' | 'details' | 'drop';

const questionFor = (work: Work, quote: Quote | null): string =>
  (quote === null
    ? `Place this order for ${sumText(itemsIn(work))} and the delivery fee?`
    : `Place this order for ${money(quote.totals.total)}?`);

/** Shows the whole order and asks what to do with it. */
async function decide(
  context: Asking, work: Work,
): Promise<{ decision: Decision; total: number | null }> {
  const { terminal, prompts, session } = context;
  const { menu, draft } = work;
  const quote = await session.quote(quoteInputOf(placeInputOf(draft, null)));
  const shown = { cart: cartOf(menu, draft.lines), items: itemsIn(work), draft, quote };
  terminal.say('');
  terminal.say(summaryView(shown, { ...terminal.screen, paint: terminal.talkPaint }));
  terminal.say('');
  const decision = await prompts.choose<Decision>({
    message: questionFor(work, quote),
    choices: [
      { name: 'Yes, place it', value: 'place' },
      { name: 'Change the items', value: 'items' },
      { name: 'Change name, address or note', value: 'details' },
      { name: 'No, drop it', value: 'drop' },
    ],
  });
  return { decision, total: quote?.totals.total.amount ?? null };
}

/** Until the person says yes; null when they drop the order. */
async function confirm(context: Asking, start: Work): Promise<Work | null> {
  let work = start;
  while (!work.confirmed) {
    const { decision, total } = await decide(context, work);
    if (decision === 'drop') return null;
    if (decision === 'place') return { ...work, confirmed: true, total };
    const changed = decision === 'items'
      ? await withLines(context, work)
      : await withTexts(context, work, fieldNames);
    if (changed === null) return null;
    work = { ...changed, key: newKey() };
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
  const menu = (await context.session.menu()).value;
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
    terminal.say(describeFailure(failure, terminal.talkPaint, false));
    return withFreshMenu(context, work);
  }
  if (failure.code === 'below_minimum') {
    terminal.say(describeFailure(failure, terminal.talkPaint, false));
    const more = await withLines(context, { ...work, confirmed: false });
    return more === null ? null : { ...more, key: newKey() };
  }
  // Given up by the session, with the key: the same request may go out again.
  if (failure.facts.key === undefined || context.io.stop.aborted) throw failure;
  terminal.say(describeFailure(failure, terminal.talkPaint, false));
  failure.shown = true;
  const again = await prompts.confirm({
    message: 'Send the same order again? It can not be placed twice.', initial: true,
  });
  if (again) return work;
  throw failure;
}

async function begin(context: Asking, start: PlaceStart): Promise<Work | null> {
  const menu = (await context.session.menu()).value;
  const work: Work = {
    menu, draft: start.draft, key: start.key ?? newKey(), confirmed: start.confirmed,
    total: null,
  };
  const filled = work.draft.lines.length > 0 ? work : await withLines(context, work);
  if (filled === null) return null;
  const missing = missingTexts(filled.draft);
  // Somebody who types the address here is also asked for what may stay empty.
  const offered: FieldName[] = missing.includes('line1') ? ['city', 'notes'] : [];
  const asked = fieldNames.filter((name) => missing.includes(name)
    || (offered.includes(name) && filled.draft.texts[name] === undefined));
  return withTexts(context, filled, asked);
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
