import { z } from 'zod';
import { defineMethod } from './method.ts';

/**
 * What a program without a public port measured. The front end fetches it for GET
 * /metrics?node=ID, so that a monitoring system needs one address and no key of the cluster.
 */

/** Far above what a program has to say. */
const textLengthMax = 4 * 1024 * 1024;

export const metricsMethods = {
  read: defineMethod({
    name: 'metrics.read',
    doc: 'Everything measured so far, in the text format of Prometheus. Answers while down too.',
    params: z.strictObject({}),
    result: z.strictObject({ text: z.string().max(textLengthMax) }),
    errors: [],
    callers: ['frontend', 'operator'],
    idempotent: true,
  }),
};
