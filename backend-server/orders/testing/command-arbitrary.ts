import fc from 'fast-check';
import { steps } from '../../../shared/contract/lifecycle.ts';
import type { Menu } from '../../../shared/contract/order.ts';
import type { Command, CommandBody } from '../commands.ts';
import { defaultCatalogue } from '../default-catalogue.ts';
import type { LineIn } from '../pricing.ts';
import {
  sampleAmend, sampleCancel, sampleCommand, sampleGeocoded, sampleInstall, sampleMove, samplePlace,
} from './sample-commands.ts';

/** Arbitrary commands over few orders and few opIds, so that they meet each other often. */

type MenuItem = Menu['categories'][number]['items'][number];

const items = defaultCatalogue.menu.categories.flatMap((category) => category.items);

/** A choice that each option group of the item allows. */
function optionsOf(item: MenuItem): fc.Arbitrary<string[]> {
  const perGroup = item.option_groups.map((group) => fc.subarray(
    group.options.map(({ sku }) => sku),
    { minLength: group.min, maxLength: Math.min(group.max, group.options.length) },
  ));
  return fc.tuple(...perGroup).map((chosen) => chosen.flat());
}

const note = fc.string({ unit: 'grapheme', maxLength: 20 })
  .filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text));

/** A line that can be ordered; `quantityMax` keeps below max_per_order. */
const line: fc.Arbitrary<LineIn> = fc.constantFrom(...items).chain((item) => fc.record({
  sku: fc.constant(item.sku),
  quantity: fc.integer({ min: 1, max: item.max_per_order === undefined ? 99 : 2 }),
  options: optionsOf(item),
  note,
}));

/** Lines of one order: no item twice. */
export const orderLines: fc.Arbitrary<LineIn[]> =
  fc.uniqueArray(line, { minLength: 1, maxLength: 6, selector: ({ sku }) => sku });

const orderN = fc.integer({ min: 1, max: 6 });
const status = fc.constantFrom(
  'resolved', 'unverified', 'terminated', 'no_position', 'not_found',
);

const body: fc.Arbitrary<CommandBody> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(sampleInstall()) },
  {
    weight: 5,
    arbitrary: fc.record({
      n: orderN, lines: orderLines, geocode: status,
      day: fc.constantFrom('2025-06-15', '2025-06-16'),
    }).map(samplePlace),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(orderN, fc.constantFrom('customer', 'staff'))
      .map(([n, by]) => sampleCancel(n, by)),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(orderN, fc.constantFrom(...steps))
      .map(([n, step]) => sampleMove(n, step)),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(orderN, fc.integer({ min: 1, max: 3 }), orderLines)
      .map(([n, version, lines]) => sampleAmend(n, version, lines)),
  },
  { weight: 3, arbitrary: fc.tuple(orderN, status).map(([n, found]) => sampleGeocoded(n, found)) },
);

/** A log as retries may make it: the same opId again, with the same or another body. */
export const commandLog: fc.Arbitrary<Command[]> = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 25 }), body).map(([n, each]) => sampleCommand(n, each)),
  { minLength: 1, maxLength: 40 },
);
