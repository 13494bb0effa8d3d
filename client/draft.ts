import { z } from 'zod';
import {
  lineInSchema, placeInputSchema, type PlaceInput,
} from '../shared/contract/order.ts';
import type { QuoteInput } from '../shared/contract/quote.ts';
import { isCollected } from './draft-terms.ts';
import { usageFailure } from './failure.ts';
import { fieldNames, fields, type FieldName } from './fields.ts';

export type LineIn = z.infer<typeof lineInSchema>;

/** An order that is being written: everything typed so far is kept until it is placed. */
export interface Draft {
  /** What --input brought, in the shape of the body; the rest of the draft goes over it. */
  base: Record<string, unknown>;
  lines: LineIn[];
  texts: Partial<Record<FieldName, string>>;
}

const inside = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key] : undefined;

const valueAt = (base: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => inside(value, key), base);

/** A copy of the object with the value set; what is no object on the way gives way to one. */
function withValue(
  base: unknown, path: readonly string[], value: unknown,
): Record<string, unknown> {
  const [key, ...rest] = path;
  const object = typeof base === 'object' && base !== null ? { ...base } : {};
  if (key === undefined) return object;
  const next = rest.length === 0 ? value : withValue(inside(object, key), rest, value);
  return { ...object, [key]: next };
}

/** A draft from the flags, over what --input brought. */
export function draftOf(
  base: Record<string, unknown>, lines: LineIn[], texts: Draft['texts'],
): Draft {
  const found: Draft['texts'] = {};
  for (const name of fieldNames) {
    const text = texts[name] ?? valueAt(base, fields[name].path);
    if (typeof text === 'string') found[name] = text;
  }
  if (lines.length > 0 || base['lines'] === undefined) return { base, lines, texts: found };
  const parsed = z.array(lineInSchema).safeParse(base['lines']);
  if (parsed.success) return { base, lines: parsed.data, texts: found };
  const causes = causesOf(parsed.error, ['lines']);
  throw usageFailure('The lines of the order are wrong.', [], causes);
}

const causesOf = (error: z.ZodError, under: string[] = []): string[] =>
  error.issues.slice(0, 10).map(({ path, message }) =>
    `/${[...under, ...path.map(String)].join('/')}: ${message}`);

const isThere = (draft: Draft, name: FieldName): boolean =>
  (draft.texts[name] ?? '').trim() !== ''
  || (draft.texts[name] === undefined && valueAt(draft.base, fields[name].path) !== undefined);

/** The texts that are asked for this order. */
export const textsFor = (draft: Draft): FieldName[] =>
  fieldNames.filter((name) => !isCollected(draft) || fields[name].path[0] !== 'delivery');

/** The required texts that nobody has given. */
export const missingTexts = (draft: Draft): FieldName[] =>
  textsFor(draft).filter((name) => fields[name].required && !isThere(draft, name));

/** What is missing, each with its flag; empty when the order can be sent. */
export function missingFlags(draft: Draft): string[] {
  const items = draft.lines.length > 0 ? [] : ['--item SKU[:QTY][+OPTION...]'];
  return [...items, ...missingTexts(draft).map((name) => `${fields[name].flag} TEXT`)];
}

/** The body of POST /v1/quotes for an order. */
export function quoteInputOf(input: PlaceInput): QuoteInput {
  const { shop_id: shopId, fulfilment, schedule, tip, lines, delivery } = input;
  return {
    lines,
    ...(shopId !== undefined && { shop_id: shopId }),
    ...(fulfilment !== undefined && { fulfilment }),
    ...(schedule !== undefined && { schedule }),
    ...(tip !== undefined && { tip }),
    ...(delivery !== undefined && { delivery: { address: delivery.address } }),
  };
}

/** The body of POST /v1/orders. Throws a Failure that names each wrong field. */
export function placeInputOf(draft: Draft, expectedTotal: number | null): PlaceInput {
  let body: Record<string, unknown> = { channel: 'cli', ...draft.base, lines: draft.lines };
  if (isCollected(draft)) delete body['delivery'];
  for (const name of textsFor(draft)) {
    const text = draft.texts[name];
    if (text !== undefined && text.trim() !== '') body = withValue(body, fields[name].path, text);
  }
  if (expectedTotal !== null) {
    body = { ...body, expected_total: { amount: expectedTotal, currency: 'GBP' } };
  }
  const parsed = placeInputSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const causes = causesOf(parsed.error);
  throw usageFailure('The order is not complete or holds wrong values.', [], causes);
}
