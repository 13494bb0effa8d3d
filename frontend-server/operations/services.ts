import { OrderlyError } from '../../shared/contract/errors.ts';
import { publicParams } from '../../shared/contract/frontend.ts';
import {
  callArguments, serviceListSchema, serviceResultSchema,
} from '../../shared/contract/service.ts';
import { submissionSchema } from '../../shared/contract/submission.ts';
import type { CallRequest } from '../services/service-desk.ts';
import { define } from './operation.ts';
import type { Answer, Caller, Desk, PublicOperation } from './operation.ts';
import { queuedAnswer } from './submissions.ts';

const servicePath = '/v1/services/:service';
const success = { 200: serviceResultSchema, 202: submissionSchema };
const errors = [
  'service_refused', 'service_failed', 'unavailable', 'outcome_unknown', 'overloaded',
] as const;

async function call(
  request: Omit<CallRequest, 'principal'>, caller: Caller, desk: Desk,
): Promise<Answer> {
  await desk.accounts.requireSession(caller);
  const called = await desk.services.call({ ...request, principal: caller.actor }, caller.prefer);
  if (called.kind === 'queued') return queuedAnswer(called.submission);
  const { answer: { result, instance }, replayed } = called;
  return { body: { service: request.service, result, instance }, replayed };
}

/** As JSON writes a number. */
const numberForm = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A part of the path that is a number is one; everything else is text. */
function argumentsOf(parts: readonly (string | undefined)[]): unknown[] {
  const args = parts.filter((part) => part !== undefined)
    .map((part) => (numberForm.test(part) ? Number(part) : part));
  if (callArguments.safeParse(args).success) return args;
  const at = args.findIndex((arg) => !callArguments.safeParse([arg]).success);
  const issue = {
    pointer: `/arg${at + 1}`, code: 'custom', detail: 'This number is too large to be exact.',
  };
  throw new OrderlyError('invalid_params', undefined, { issues: [issue] });
}

export const serviceOperations: readonly PublicOperation[] = [
  define({
    name: 'service.list',
    doc: 'Services of which an instance lives.',
    topic: 'services', access: 'customer', method: 'GET', paths: ['/v1/services'],
    params: publicParams.serviceList, key: 'none',
    success: { 200: serviceListSchema }, errors: [], example: { params: {} },
    async run(_params, caller, desk) {
      await desk.accounts.requireSession(caller);
      return { body: { data: await desk.services.list() } };
    },
  }),
  define({
    name: 'service.call',
    doc: 'Call a service; while none of its instances lives the call is queued.',
    topic: 'services', access: 'customer', method: 'POST', paths: [servicePath],
    params: publicParams.serviceCall, key: 'optional', success,
    errors: [...errors, 'submission_expired', 'submission_withdrawn'],
    example: { params: { service: 'arithmetic.multiply', args: [6, 7] } },
    run: ({ service, args, idempotency_key: key = null }, caller, desk) =>
      call({ service, args, key, repeatable: false }, caller, desk),
  }),
  define({
    name: 'service.get',
    doc: 'The same with the arguments in the path, for services that may be called twice.',
    topic: 'services', access: 'customer', method: 'GET',
    paths: [
      servicePath, `${servicePath}/:arg1`, `${servicePath}/:arg1/:arg2`,
      `${servicePath}/:arg1/:arg2/:arg3`, `${servicePath}/:arg1/:arg2/:arg3/:arg4`,
    ],
    params: publicParams.serviceGet, key: 'none', success, errors,
    example: { params: { service: 'arithmetic.multiply', arg1: '6', arg2: '7' } },
    run: async ({ service, arg1, arg2, arg3, arg4 }, caller, desk) => {
      const args = argumentsOf([arg1, arg2, arg3, arg4]);
      return call({ service, args, key: null, repeatable: true }, caller, desk);
    },
  }),
];
