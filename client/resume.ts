import type { AmendInput } from '../shared/contract/order-change.ts';
import type { PlaceInput } from '../shared/contract/order.ts';
import { visible } from '../shared/runtime/visible-text.ts';
import { safeJson } from './terminal.ts';
import { pounds } from './view/money.ts';

/** The command line that sends a request again, to be copied into a shell. */

/** Quoted for a POSIX shell where it needs to be. */
const quoted = (text: string): string =>
  (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const itemFlag = ({ sku, quantity, options = [] }: PlaceInput['lines'][number]): string =>
  `--item ${[`${sku}:${quantity}`, ...options].join('+')}`;

/** True when flags alone can say this order again. */
function fitsFlags({ customer, lines, delivery, ...rest }: PlaceInput): boolean {
  if (delivery === undefined) return false;
  const { address } = delivery;
  const known = rest.shop_id === undefined && rest.external_ref === undefined
    && rest.channel === 'cli' && customer.email === undefined
    && delivery.instructions === undefined && delivery.contactless === undefined
    && address.line2 === undefined && address.country === undefined
    && lines.every(({ note }) => note === undefined);
  const texts = [
    customer.name, address.line1, address.city ?? '', address.postcode, rest.notes ?? '',
  ];
  return known && texts.every((text) => visible(text) === text);
}

/** The same order with the same key: the server takes a key for one order only. */
export function resumePlace(input: PlaceInput, key: string): string {
  const start = `orderly client place --key ${quoted(key)}`;
  const { customer, delivery, notes, expected_total: total } = input;
  if (delivery === undefined || !fitsFlags(input)) {
    return `${start} with the same --input and options`;
  }
  const { address } = delivery;
  const flags = [
    ...input.lines.map(itemFlag),
    `--name ${quoted(customer.name)}`,
    `--phone ${quoted(customer.phone)}`,
    `--address ${quoted(address.line1)}`,
    ...(address.city === undefined ? [] : [`--city ${quoted(address.city)}`]),
    `--postcode ${quoted(address.postcode)}`,
    ...(notes === undefined ? [] : [`--note ${quoted(notes)}`]),
    ...(total === undefined ? [] : [`--expect-total ${pounds(total.amount)}`]),
    '--yes',
  ];
  return [start, ...flags].join(' ');
}

/** Flags and their texts as a command line takes them; what is missing is left out. */
const flagsOf = (texts: Record<string, string | number | undefined>): string[] =>
  Object.entries(texts).flatMap(([name, text]) =>
    (text === undefined ? [] : [`--${name} ${quoted(String(text))}`]));

/** The same step at the same version with the same key. */
export function resumeStep(
  step: string,
  { id, version, input, key }: {
    id: string; version: number; input: Record<string, unknown>; key: string;
  },
): string {
  const { reason, note, prep_minutes: minutes, courier } = input;
  const text = (value: unknown): string | undefined =>
    (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined);
  const { name, phone } = { ...(typeof courier === 'object' ? courier : {}) } as
    { name?: unknown; phone?: unknown };
  return [
    `orderly client ${step}`, quoted(id),
    ...flagsOf({
      'if-version': version, key, reason: text(reason), note: text(note),
      'minutes': text(minutes), 'courier': text(name), 'courier-phone': text(phone),
    }),
    '--yes',
  ].join(' ');
}

/** The same amendment; flags can not say all of it, its JSON can. */
export const resumeAmend = (
  { id, version, input, key }: { id: string; version: number; input: AmendInput; key: string },
): string => [
  `echo ${quoted(safeJson(input))} |`, 'orderly client amend', quoted(id),
  ...flagsOf({ 'if-version': version, key }), '--input - --yes',
].join(' ');

export function resumeCancel(
  id: string, input: { reason?: string | undefined; note?: string | undefined }, key: string,
): string {
  const flags = [
    ...(input.reason === undefined ? [] : [`--reason ${quoted(input.reason)}`]),
    ...(input.note === undefined ? [] : [`--note ${quoted(input.note)}`]),
  ];
  return ['orderly client cancel', quoted(id), `--key ${quoted(key)}`, ...flags, '--yes'].join(' ');
}
