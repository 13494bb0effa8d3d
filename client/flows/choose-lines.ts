import { lineInSchema } from '../../shared/contract/order.ts';
import type { MenuItem, Menu, OptionGroup } from '../answers/menu.ts';
import { cartOf, findItem, totalOf, type CartLine } from '../cart.ts';
import type { Asking } from '../context.ts';
import type { LineIn } from '../draft.ts';
import type { Choice, Prompts } from '../prompts.ts';
import { choiceCount } from '../view/menu.ts';
import { money } from '../view/money.ts';
import { sumText } from '../view/summary.ts';
import { told } from '../view/told.ts';
import { columnsOf, fit } from '../view/width.ts';

type Step =
  | { kind: 'add'; item: MenuItem }
  | { kind: 'done' }
  | { kind: 'change' }
  | { kind: 'leave' };

const quantityMax = 99;

/** What is wrong with a quantity as typed, or null. */
export function checkQuantity(text: string, max: number): string | null {
  const quantity = /^\d{1,9}$/.test(text.trim()) ? Number(text) : 0;
  return quantity >= 1 && quantity <= max ? null : `Enter a whole number from 1 to ${max}`;
}

/** Beside the name: the price, its gap and what the list itself needs. */
const priceRoom = 18;
const nameWidthMax = 40;

function itemChoices(menu: Menu, columns: number): Choice<Step>[] {
  const items = menu.categories.flatMap((category) => category.items);
  const room = Math.min(nameWidthMax, columns - priceRoom);
  const width = Math.min(room, Math.max(...items.map(({ name }) => columnsOf(told(name, 60)))));
  const padded = (name: string): string => {
    const text = fit(told(name, 60), width);
    return `${text}${' '.repeat(Math.max(0, width - columnsOf(text)))}`;
  };
  return menu.categories.flatMap((category) => category.items.map((item) => ({
    name: `${padded(item.name)}  ${money(item.price).padStart(7)}`,
    under: told(category.name, 60),
    value: { kind: 'add' as const, item },
    ...(item.available ? {} : { disabled: '(sold out)' }),
    ...((item.description ?? '') === '' ? {} : { description: told(item.description ?? '', 300) }),
  })));
}

function stepChoices(menu: Menu, lines: LineIn[], columns: number): Choice<Step>[] {
  const items = itemChoices(menu, columns);
  const leave: Choice<Step> = { name: 'Leave without ordering', value: { kind: 'leave' } };
  if (lines.length === 0) return [...items, leave];
  const total = sumText(totalOf(cartOf(menu, lines)));
  const count = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const pieces = count === 1 ? '1 piece' : `${count} pieces`;
  return [
    { name: `Done: ${pieces}, ${total}`, value: { kind: 'done' } },
    { name: 'Change the basket', value: { kind: 'change' } },
    ...items,
    leave,
  ];
}

async function chooseOptions(prompts: Prompts, group: OptionGroup): Promise<string[]> {
  const choices = group.options.map(({ sku, name, price, available }) => ({
    name: `${told(name, 60)}${price.amount === 0 ? '' : `  +${money(price)}`}`,
    value: sku,
    ...(available ? {} : { disabled: '(sold out)' }),
  }));
  const offered = group.options.filter(({ available }) => available).length;
  if (offered === 0) return [];
  const message = `${told(group.name, 60)} (${choiceCount(group)})`;
  if (group.max === 1) {
    const none = group.min === 0 ? [{ name: 'None', value: '' }] : [];
    const sku = await prompts.choose({ message, choices: [...none, ...choices] });
    return sku === '' ? [] : [sku];
  }
  return prompts.chooseSome({
    message,
    choices,
    check: ({ length }) => (length >= group.min && length <= group.max
      ? null : `Choose ${choiceCount(group)}`),
  });
}

const maxOf = (item: MenuItem | undefined): number =>
  Math.min(item?.max_per_order ?? quantityMax, quantityMax);

async function askQuantity(
  prompts: Prompts, name: string, { max, now }: { max: number; now: number },
): Promise<number> {
  return Number(await prompts.text({
    message: `How many ${told(name, 60)}?`,
    fallback: String(now),
    check: (text) => checkQuantity(text, max),
  }));
}

async function askLine(prompts: Prompts, item: MenuItem): Promise<LineIn> {
  const quantity = await askQuantity(prompts, item.name, { max: maxOf(item), now: 1 });
  const options: string[] = [];
  for (const group of item.option_groups) options.push(...await chooseOptions(prompts, group));
  return { sku: item.sku, quantity, ...(options.length === 0 ? {} : { options }) };
}

const noteSchema = lineInSchema.shape.note;

async function withNote(prompts: Prompts, line: LineIn): Promise<LineIn> {
  const note = await prompts.text({
    message: 'Note for the kitchen (may stay empty)',
    check: (text) => (noteSchema.safeParse(text).success ? null : 'At most 200 characters'),
    ...(line.note === undefined ? {} : { initial: line.note }),
  });
  const { note: _before, ...rest } = line;
  return note.trim() === '' ? rest : { ...rest, note: note.trim() };
}

const lineName = ({ quantity, name, options, note }: CartLine): string => {
  const chosen = options.map((option) => told(option, 60)).join(', ');
  return `${quantity} × ${told(name, 60)}${chosen === '' ? '' : ` (${chosen})`}${
    note === '' ? '' : `: ${told(note, 60)}`}`;
};

/** One line of the basket: more or less of it, a note, or none of it. */
async function changeBasket(prompts: Prompts, menu: Menu, lines: LineIn[]): Promise<LineIn[]> {
  const at = await prompts.choose<number | null>({
    message: 'Which one?',
    choices: [
      ...cartOf(menu, lines).map((line, value) => ({ name: lineName(line), value })),
      { name: 'Back', value: null },
    ],
  });
  const line = at === null ? undefined : lines[at];
  if (line === undefined) return lines;
  const how = await prompts.choose<'quantity' | 'note' | 'remove' | 'back'>({
    message: 'What about it?',
    choices: [
      { name: 'How many', value: 'quantity' },
      { name: 'Note for the kitchen', value: 'note' },
      { name: 'Take it out', value: 'remove' },
      { name: 'Back', value: 'back' },
    ],
  });
  if (how === 'back') return lines;
  if (how === 'remove') return lines.filter((one) => one !== line);
  const item = findItem(menu, line.sku);
  const changed = how === 'note' ? await withNote(prompts, line) : {
    ...line,
    quantity: await askQuantity(
      prompts, item?.name ?? line.sku, { max: maxOf(item), now: line.quantity },
    ),
  };
  return lines.map((one) => (one === line ? changed : one));
}

/** The person fills the basket; null when they leave without ordering. */
export async function chooseLines(
  { prompts, terminal }: Asking, menu: Menu, start: LineIn[],
): Promise<LineIn[] | null> {
  const columns = terminal.talkScreen.width;
  let lines = start;
  for (;;) {
    const step: Step = await prompts.choose({
      message: lines.length === 0 ? 'What would you like?' : 'Anything else?',
      choices: stepChoices(menu, lines, columns),
    });
    switch (step.kind) {
      case 'add':
        lines = [...lines, await askLine(prompts, step.item)];
        break;
      case 'change':
        lines = await changeBasket(prompts, menu, lines);
        break;
      case 'done':
        return lines;
      case 'leave':
        return null;
    }
  }
}
