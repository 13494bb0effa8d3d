import { z } from 'zod';
import {
  lineInSchema, placeInputSchema, type PlaceInput,
} from '../shared/contract/order.ts';
import { usageFailure } from './failure.ts';

export type LineIn = z.infer<typeof lineInSchema>;

const { customer, delivery, notes } = placeInputSchema.shape;
const { address } = delivery.shape;

interface Field {
  /** Where it is in the body of POST /v1/orders. */
  path: readonly [string, ...string[]];
  flag: string;
  question: string;
  required: boolean;
  schema: z.ZodType;
  /** What is said when the text does not fit. */
  wrong: string;
}

/** The texts that a customer types, in the order in which they are asked for. */
export const fields = {
  name: {
    path: ['customer', 'name'], flag: '--name', question: 'Your name', required: true,
    schema: customer.shape.name, wrong: 'Enter a name of at most 80 characters',
  },
  phone: {
    path: ['customer', 'phone'], flag: '--phone', question: 'Phone', required: true,
    schema: customer.shape.phone, wrong: 'Enter a phone number, like 0191 498 0123',
  },
  line1: {
    path: ['delivery', 'address', 'line1'], flag: '--address', question: 'House and street',
    required: true, schema: address.shape.line1,
    wrong: 'Enter house number and street, at most 120 characters',
  },
  city: {
    path: ['delivery', 'address', 'city'], flag: '--city', question: 'Town (may stay empty)',
    required: false, schema: address.shape.city, wrong: 'At most 80 characters',
  },
  postcode: {
    path: ['delivery', 'address', 'postcode'], flag: '--postcode', question: 'Postcode',
    required: true, schema: address.shape.postcode.regex(/\S/),
    wrong: 'Enter the delivery postcode',
  },
  notes: {
    path: ['notes'], flag: '--note', question: 'Note for the shop (may stay empty)',
    required: false, schema: notes, wrong: 'At most 500 characters',
  },
} as const satisfies Record<string, Field>;

export type FieldName = keyof typeof fields;
export const fieldNames = Object.keys(fields) as FieldName[];

/** An order that is being written: everything typed so far is kept until it is placed. */
export interface Draft {
  /** What --input brought, in the shape of the body; the rest of the draft goes over it. */
  base: Record<string, unknown>;
  lines: LineIn[];
  texts: Partial<Record<FieldName, string>>;
}

/** What is wrong with a text for a field, or null. */
export function checkText(name: FieldName, text: string): string | null {
  const { required, schema, wrong } = fields[name];
  if (!required && text.trim() === '') return null;
  return schema.safeParse(text).success ? null : wrong;
}

const inside = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key] : undefined;

const valueAt = (base: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => inside(value, key), base);

/** A copy of the object with the value set; what is no object on the way gives way to one. */
function withValue(base: unknown, path: readonly string[], value: unknown): Record<string, unknown> {
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
  if (!parsed.success) throw usageFailure('The lines of the order are wrong.', [], causesOf(parsed.error, ['lines']));
  return { base, lines: parsed.data, texts: found };
}

const causesOf = (error: z.ZodError, under: string[] = []): string[] =>
  error.issues.slice(0, 10).map(({ path, message }) =>
    `/${[...under, ...path.map(String)].join('/')}: ${message}`);

const isThere = (draft: Draft, name: FieldName): boolean =>
  (draft.texts[name] ?? '').trim() !== ''
  || (draft.texts[name] === undefined && valueAt(draft.base, fields[name].path) !== undefined);

/** The required texts that nobody has given. */
export const missingTexts = (draft: Draft): FieldName[] =>
  fieldNames.filter((name) => fields[name].required && !isThere(draft, name));

/** What is missing, each with its flag; empty when the order can be sent. */
export function missingFlags(draft: Draft): string[] {
  const items = draft.lines.length > 0 ? [] : ['--item SKU[:QTY][+OPTION...]'];
  return [...items, ...missingTexts(draft).map((name) => `${fields[name].flag} TEXT`)];
}

/** The field that a JSON Pointer of the server's issue names, or null. */
export function fieldAt(pointer: string): FieldName | null {
  return fieldNames.find((name) => pointer === `/${fields[name].path.join('/')}`) ?? null;
}

/** The body of POST /v1/orders. Throws a Failure that names each wrong field. */
export function placeInputOf(draft: Draft, expectedTotal: number | null): PlaceInput {
  let body: Record<string, unknown> = { channel: 'cli', ...draft.base, lines: draft.lines };
  for (const name of fieldNames) {
    const text = draft.texts[name];
    if (text !== undefined && text.trim() !== '') body = withValue(body, fields[name].path, text);
  }
  if (expectedTotal !== null) {
    body = { ...body, expected_total: { amount: expectedTotal, currency: 'GBP' } };
  }
  const parsed = placeInputSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw usageFailure('The order is not complete or holds wrong values.', [], causesOf(parsed.error));
}

const itemShape = /^([A-Za-z0-9][\w.-]{0,63})(?::(\d{1,3}))?((?:\+[A-Za-z0-9][\w.-]{0,63})*)$/;

/** `SKU[:QTY][+OPTION...]`, like `soup:2+large`. */
export function parseItem(text: string): LineIn {
  const [, sku, quantity = '1', options = ''] = itemShape.exec(text) ?? [];
  const count = Number(quantity);
  if (sku === undefined || count < 1 || count > 99) {
    throw usageFailure(`--item is not understood: ${text}`, [
      'write SKU[:QTY][+OPTION...] with a quantity from 1 to 99, like --item soup:2+large',
    ]);
  }
  const chosen = options.split('+').filter((option) => option !== '');
  return { sku, quantity: count, ...(chosen.length === 0 ? {} : { options: chosen }) };
}
