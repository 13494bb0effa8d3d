import type { Menu, MenuItem, OptionGroup } from '../answers/menu.ts';
import type { Screen } from '../terminal.ts';
import { money } from './money.ts';
import { table } from './table.ts';
import { told } from './told.ts';
import { wrapHanging } from './width.ts';

const nameMax = 60;

const groupLine = (group: OptionGroup): string => {
  const options = group.options
    .filter(({ available }) => available)
    .map(({ sku, name, price }) => [
      `+${told(sku, nameMax)}`, told(name, nameMax), ...(price.amount === 0 ? [] : [money(price)]),
    ].join(' '));
  return `${told(group.name, nameMax)} (${choiceCount(group)}): ${options.join(', ')}`;
};

/** How many options of a group may be taken: "choose 1", "up to 2", "1 to 3". */
export function choiceCount({ min, max }: { min: number; max: number }): string {
  if (min === max) return `choose ${min}`;
  return min === 0 ? `up to ${max}` : `${min} to ${max}`;
}

const itemRow = (item: MenuItem, { paint }: Screen): string[] => [
  told(item.sku, nameMax),
  item.available ? told(item.name, nameMax) : paint.dim(told(item.name, nameMax)),
  item.available ? money(item.price) : paint.yellow('sold out'),
];

/** Every category as a table, the options of an item below it. */
export function menuView(menu: Menu, screen: Screen): string {
  const items = menu.categories.flatMap((category) => category.items);
  if (items.length === 0) return 'The menu is empty.';
  const columns = [
    { title: 'SKU' }, { title: 'ITEM', flex: true as const },
    { title: 'PRICE', align: 'right' as const },
  ];
  const parts = menu.categories.filter((category) => category.items.length > 0)
    .map((category) => {
      const rows = category.items.map((item) => itemRow(item, screen));
      const options = category.items.flatMap((item) => item.option_groups.map((group) =>
        wrapHanging(`  ${told(item.sku, nameMax)}: ${groupLine(group)}`, screen.width, 4)
          .split('\n').map((line) => screen.paint.dim(line)).join('\n')));
      const title = screen.paint.bold(told(category.name, nameMax));
      return [title, table(columns, rows, screen), ...options].join('\n');
    });
  return parts.join('\n\n');
}
