import { z } from 'zod';
import type { Issue } from '../contract/errors.ts';
import { OrderlyError } from '../contract/errors.ts';

/**
 * What the failure of a call to one instance means. Pure.
 * `answer`: the service has spoken, that is the end of it. `not-called`: it was certainly not
 * carried out. `silent`, and `lost` with its connection: it may have been. `avoid`: the instance
 * itself is at fault.
 */
export type FailedCall =
  | { as: 'answer'; error: OrderlyError }
  | { as: 'not-called' | 'silent' | 'lost'; avoid: boolean };

const detailLengthMax = 300;
const issuesMax = 16;

/** Nothing was sent. */
const unreached: readonly unknown[] = ['refused', 'unreachable', 'handshake'];

const issueList = z.array(z.object({
  pointer: z.string().max(200), code: z.string().max(64), detail: z.string().max(detailLengthMax),
})).max(issuesMax);

const issuesOf = ({ data }: OrderlyError): Issue[] => issueList.safeParse(data.issues).data ?? [];

/** The words of a service in an error of ours: nothing else of what it says gets through. */
function answered(error: OrderlyError): OrderlyError {
  const detail = error.message.slice(0, detailLengthMax);
  if (error.code === 'service_refused') return new OrderlyError(error.code, detail);
  if (error.code === 'payload_too_large') return new OrderlyError(error.code);
  if (error.code === 'invalid_params') {
    return new OrderlyError(error.code, undefined, { issues: issuesOf(error) });
  }
  const ref = z.string().max(64).safeParse(error.data['ref']).data;
  return new OrderlyError('service_failed', undefined, ref === undefined ? {} : { ref });
}

/** Another program has the address now. */
const othersWords: readonly string[] = ['unknown_method', 'forbidden'];

export function judgeFailure(error: OrderlyError): FailedCall {
  const { code, data: { reason } } = error;
  if (othersWords.includes(code)) return { as: 'not-called', avoid: true };
  if (code === 'unavailable') return { as: 'not-called', avoid: unreached.includes(reason) };
  if (code === 'overloaded') return { as: 'not-called', avoid: false };
  if (code !== 'outcome_unknown') return { as: 'answer', error: answered(error) };
  return { as: reason === 'reset' ? 'lost' : 'silent', avoid: reason !== undefined };
}
