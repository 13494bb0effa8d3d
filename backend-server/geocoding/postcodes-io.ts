import { z } from 'zod';
import { failure, samePostcode } from './dialect.ts';
import type { Answer, Dialect } from './dialect.ts';
import { isBritish } from './position.ts';

/** https://postcodes.io: ONS data, GB, Northern Ireland and the Crown dependencies; no key. */

const coordinate = z.number().nullable();

// Objects are loose: the service added and renamed fields in 2025 and will again.
const foundSchema = z.object({
  status: z.literal(200),
  result: z.object({ postcode: z.string(), latitude: coordinate, longitude: coordinate }),
});

const unknownSchema = z.object({
  status: z.literal(404),
  // "Invalid postcode" is also said of well-formed ones that are merely missing.
  error: z.enum(['Postcode not found', 'Invalid postcode']),
  terminated: z.object({
    postcode: z.string(),
    year_terminated: z.int().min(1900).max(2999),
    month_terminated: z.int().min(1).max(12),
  }).optional(),
});

function readFound(body: unknown, asked: string): Answer {
  const parsed = foundSchema.safeParse(body);
  if (!parsed.success) return failure('wrong_shape');
  const { postcode, latitude, longitude } = parsed.data.result;
  if (!samePostcode(postcode, asked)) return failure('other_postcode');
  if (latitude === null && longitude === null) return { kind: 'no_position' };
  if (latitude === null || longitude === null) return failure('wrong_shape');
  const position = { lat: latitude, lng: longitude };
  return isBritish(position) ? { kind: 'found', position } : failure('out_of_range');
}

function readUnknown(body: unknown, asked: string): Answer {
  const parsed = unknownSchema.safeParse(body);
  // An address of the service that is no postcode look-up says 404 with JSON as well.
  if (!parsed.success) return failure('http_404', 'configuration');
  const { terminated } = parsed.data;
  if (terminated === undefined) return { kind: 'not_found' };
  if (!samePostcode(terminated.postcode, asked)) return failure('other_postcode');
  const month = String(terminated.month_terminated).padStart(2, '0');
  return { kind: 'terminated', on: `${terminated.year_terminated}-${month}` };
}

export const postcodesIo: Dialect = {
  name: 'postcodes.io',
  authoritativeNotFound: true,
  path: (postcode) => `/postcodes/${encodeURIComponent(postcode)}`,
  read: ({ status, body }, asked) =>
    status === 200 ? readFound(body, asked) : readUnknown(body, asked),
};
