import { z } from 'zod';
import { shortName } from './ids.ts';
import { defineMethod } from './method.ts';
import { idempotencyKey } from './order.ts';

/** What a service of anybody's own is: a name with a dot, one function, called through us. */

const nameForm = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/;

/** `arithmetic.add`. The dot sets it apart from the programs of our own. */
export const serviceName = z.string().max(64).regex(nameForm, 'a service is named like group.name');

export const isServiceName = (text: string): boolean => serviceName.safeParse(text).success;

export const argumentsMax = 16;
const argumentBytesMax = 16 * 1024;
const resultBytesMax = 64 * 1024;

/** A value of JSON whose numbers are all `sound`. */
function isJson(value: unknown, sound: (number: number) => boolean): boolean {
  if (typeof value === 'number') return sound(value);
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean';
  return value === null || Object.values(value).every((member) => isJson(member, sound));
}

/** A larger integer may have been another one before it was read. */
const isExact = (value: number): boolean =>
  Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

export const isResult = (value: unknown): boolean =>
  isJson(value, Number.isFinite) && bytesOf(value) <= resultBytesMax;

/** The arguments of a call, in their order. */
export const callArguments = z.array(z.unknown()).max(argumentsMax)
  .refine((args) => args.every((arg) => isJson(arg, isExact)), 'a number is infinite or too large to be exact')
  .refine((args) => bytesOf(args) <= argumentBytesMax, `more than ${argumentBytesMax} bytes`);

/** What a service says of itself when it registers. */
export const serviceTermsSchema = z.strictObject({
  /** One sentence. */
  doc: z.string().max(200),
  /** Calling it twice has the effect of calling it once: it may be called again after a silence. */
  idempotent: z.boolean(),
});
export type ServiceTerms = z.infer<typeof serviceTermsSchema>;

/** A service that somebody may call, in GET /v1/services. */
const listedServiceSchema = z.strictObject({
  service: serviceName,
  ...serviceTermsSchema.shape,
  /** Names of the living instances. */
  instances: z.array(shortName),
});
export type ListedService = z.infer<typeof listedServiceSchema>;

/** Body of GET /v1/services. */
export const serviceListSchema = z.strictObject({ data: z.array(listedServiceSchema) });

/** What a service has answered, and which instance of it. */
export const serviceResultSchema = z.strictObject({
  service: serviceName, result: z.unknown(), instance: shortName,
});

export const serviceMethods = {
  call: defineMethod({
    name: 'service.call',
    doc: 'Carry out the one function of this service.',
    params: z.strictObject({
      service: serviceName,
      args: callArguments,
      /** The same for every repetition of a call. */
      key: idempotencyKey,
      /** What is left of the time that the caller waits. */
      deadlineMs: z.int().min(0).max(600_000),
    }),
    result: z.strictObject({
      result: z.unknown().refine(isResult, 'no JSON, or too large'),
    }),
    errors: [
      'unavailable', 'overloaded', 'outcome_unknown', 'invalid_params', 'service_refused',
      'service_failed',
    ],
    callers: ['frontend', 'service'],
    idempotent: false,
  }),
};
