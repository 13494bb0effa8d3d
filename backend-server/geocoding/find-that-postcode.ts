import { z } from 'zod';
import { failure, samePostcode } from './dialect.ts';
import type { Answer, Dialect } from './dialect.ts';
import { isBritish } from './position.ts';

/** https://findthatpostcode.uk: ONS data by another operator; no key, about two calls a second. */

const foundSchema = z.object({
  data: z.object({
    id: z.string(),
    attributes: z.object({
      lat: z.number().nullable(),
      long: z.number().nullable(),
      doterm: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-\d\d/).nullish(),
    }),
  }),
});

const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string() })).min(1) });
// The list stands under `message` in the deployed program and under `detail` in its successor.
const unknownSchema = z.union([
  z.object({ message: errorsSchema }).transform(({ message }) => message.errors),
  z.object({ detail: errorsSchema }).transform(({ detail }) => detail.errors),
]);

function readFound(body: unknown, asked: string): Answer {
  const parsed = foundSchema.safeParse(body);
  if (!parsed.success) return failure('wrong_shape');
  const { id, attributes } = parsed.data.data;
  // It strips and corrects what it is asked, so it may answer for another postcode.
  if (!samePostcode(id, asked)) return failure('other_postcode');
  // A terminated postcode comes with its last position, as if it were in use.
  if (attributes.doterm) return { kind: 'terminated', on: attributes.doterm.slice(0, 7) };
  // Without a position the longitude is 0.0: only the latitude says so.
  if (attributes.lat === null) return { kind: 'no_position' };
  if (attributes.long === null) return failure('wrong_shape');
  const position = { lat: attributes.lat, lng: attributes.long };
  return isBritish(position) ? { kind: 'found', position } : failure('out_of_range');
}

function readUnknown(body: unknown): Answer {
  const parsed = unknownSchema.safeParse(body);
  if (parsed.success && parsed.data.some(({ code }) => code === 'not_found')) {
    return { kind: 'not_found' };
  }
  return failure('http_404', 'configuration');
}

export const findThatPostcode: Dialect = {
  name: 'findthatpostcode.uk',
  authoritativeNotFound: true,
  path: (postcode) => `/postcodes/${encodeURIComponent(postcode)}.json`,
  read: ({ status, body }, asked) => (status === 200 ? readFound(body, asked) : readUnknown(body)),
};
