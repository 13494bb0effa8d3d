import type { MenuItem, Menu, OptionGroup } from '../answers/menu.ts';
import { cartOf, totalOf } from '../cart.ts';
import type { LineIn } from '../draft.ts';
import type { Choice, Prompts } from '../prompts.ts';
import { choiceCount } from '../view/menu.ts';
import { money } from '../view/money.ts';
import { sumText } from '../view/summary.ts';
import { told } from '../view/told.ts';

type Step =
  | { kind: 'add'; item: MenuItem }
  | { kind: 'done' }
  | { kind: 'remove' }
  | { kind: 'leave' };

const quantityMax = 99;

/** What is wrong with a quantity as typed, or null. */
export function checkQuantity(text: string, max: number): string | null {
  const quantity = /^\d{1,9}$/.test(text.trim()) ? Number(text) : 0;
  return quantity >= 1 && quantity <= max ? null : `Enter a whole number from 1 to ${max}`;
}

const itemChoice = (item: MenuItem): Choice<Step> => ({
  name: `${told(item.name, 60)}  ${money(item.price)}`,
  value: { kind: 'add', item },
  ...(item.available ? {} : { disabled: '(sold out)' }),
  ...(item.description === undefined || item.description === null
    ? {} : { description: told(item.description, 300) }),
});

function stepChoices(menu: Menu, lines: LineIn[]): Choice<Step>[] {
  const items = menu.categories.flatMap((category) => category.items).map(itemChoice);
  const leave: Choice<Step> = { name: 'Leave without ordering', value: { kind: 'leave' } };
  if (lines.length === 0) return [...items, leave];
  const total = sumText(totalOf(cartOf(menu, lines)));
  const count = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const pieces = count === 1 ? '1 piece' : `${count} pieces`;
  return [
    { name: `Done: ${pieces}, ${total}`, value: { kind: 'done' } },
    ...items,
    { name: 'Remove the last one', value: { kind: 'remove' } },
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

async function askLine(prompts: Prompts, item: MenuItem): Promise<LineIn> {
  const max = Math.min(item.max_per_order ?? quantityMax, quantityMax);
  const quantity = await prompts.text({
    message: `How many ${told(item.name, 60)}?`,
    fallback: '1',
    check: (text) => checkQuantity(text, max),
  });
  const options: string[] = [];
  for (const group of item.option_groups) options.push(...await chooseOptions(prompts, group));
  return {
    sku: item.sku, quantity: Number(quantity), ...(options.length === 0 ? {} : { options }),
  };
}

/** The person fills the basket; null when they leave without ordering. */
export async function chooseLines(
  prompts: Prompts, menu: Menu, start: LineIn[],
): Promise<LineIn[] | null> {
  let lines = start;
  for (;;) {
    const step: Step = await prompts.choose({
      message: lines.length === 0 ? 'What would you like?' : 'Anything else?',
      choices: stepChoices(menu, lines),
    });
    switch (step.kind) {
      case 'add':
        lines = [...lines, await askLine(prompts, step.item)];
        break;
      case 'remove':
        lines = lines.slice(0, -1);
        break;
      case 'done':
        return lines;
      case 'leave':
        return null;
    }
  }
}
