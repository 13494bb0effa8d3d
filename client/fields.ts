import type { z } from 'zod';
import { placeInputSchema } from '../shared/contract/order.ts';

const { customer, delivery, notes } = placeInputSchema.shape;
const { address } = delivery.unwrap().shape;

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

/** What is wrong with a text for a field, or null. */
export function checkText(name: FieldName, text: string): string | null {
  const { required, schema, wrong } = fields[name];
  if (!required && text.trim() === '') return null;
  return schema.safeParse(text).success ? null : wrong;
}

/** The field that a JSON Pointer of the server's issue names, or null. */
export function fieldAt(pointer: string): FieldName | null {
  return fieldNames.find((name) => pointer === `/${fields[name].path.join('/')}`) ?? null;
}
