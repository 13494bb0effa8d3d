import type { Shops } from '../net/shops.ts';
import { element } from './dom.ts';

/** Chooses among the shops; hidden while there is one. `withAll`: all of them is a choice too. */
export function shopField(shops: Shops, { withAll }: { withAll: boolean }): HTMLSelectElement {
  const field = element('select', { 'aria-label': 'Shop' });
  const show = (): void => {
    const { all, chosen } = shops;
    field.hidden = all.length < 2;
    const options = all.map(({ id, name }) => element('option', { value: id }, name));
    if (withAll) options.unshift(element('option', { value: '' }, 'All shops'));
    field.replaceChildren(...options);
    field.value = chosen ?? (withAll ? '' : all[0]?.id ?? '');
  };
  field.addEventListener('change', () => shops.choose(field.value === '' ? null : field.value));
  shops.onChange(show);
  show();
  return field;
}
