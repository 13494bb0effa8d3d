import { publicParams } from '../../shared/contract/frontend.ts';
import { submissionPageSchema, submissionSchema } from '../../shared/contract/submission.ts';
import type { Submission } from '../../shared/contract/submission.ts';
import { readCursor, resultPage } from '../queue/result-page.ts';
import { exampleIds } from './example-ids.ts';
import { define } from './operation.ts';
import type { Answer, PublicOperation } from './operation.ts';

const submissionPath = '/v1/submissions/:submission_id';
const example = { params: { submission_id: exampleIds.SUBMISSION_ID } };

/** A 202: where to ask for it, and when. */
export const queuedAnswer = (submission: Submission): Answer => ({
  body: submission, status: 202, location: `/v1/submissions/${submission.id}`, retryAfterS: 2,
});

export const submissionOperations: readonly PublicOperation[] = [
  define({
    name: 'submission.get',
    doc: 'An order or a call that was queued: where it stands, or how it ended.',
    topic: 'submissions', access: 'customer', method: 'GET', paths: [submissionPath],
    params: publicParams.submission, key: 'none',
    success: { 200: submissionSchema, 303: submissionSchema }, errors: ['not_found'], example,
    async run({ submission_id: id }, caller, desk) {
      await desk.accounts.requireSession(caller);
      const submission = desk.services.submission(id, caller.actor)
        ?? desk.orders.submission(id, caller.actor);
      const { order_id: orderId, ended_at: endedAt } = submission;
      const retry = endedAt === null && { retryAfterS: 2 };
      if (orderId === null) return { body: submission, ...retry };
      return { body: submission, status: 303, location: `/v1/orders/${orderId}` };
    },
  }),
  define({
    name: 'submission.withdraw',
    doc: 'Take back what was queued and is not carried out yet.',
    topic: 'submissions', access: 'customer', method: 'DELETE', paths: [submissionPath],
    params: publicParams.submission, key: 'none',
    success: { 204: null, 202: submissionSchema },
    errors: ['not_found', 'submission_ended'], example,
    async run({ submission_id: id }, caller, desk) {
      await desk.accounts.requireSession(caller);
      const submission = await desk.services.withdraw(id, caller.actor)
        ?? await desk.orders.withdraw(id, caller.actor);
      if (submission.status === 'withdrawn') return { body: submission, status: 204 };
      return queuedAnswer(submission);
    },
  }),
  define({
    name: 'submission.results',
    doc: 'What was queued and has ended, in the order of ending.',
    topic: 'submissions', access: 'customer', method: 'GET', paths: ['/v1/pending-results'],
    params: publicParams.pendingResults, key: 'none',
    success: { 200: submissionPageSchema }, errors: [], example: { params: { limit: 20 } },
    async run({ cursor = 0, limit }, caller, desk) {
      await desk.accounts.requireSession(caller);
      const from = readCursor(String(cursor));
      const orders = desk.orders.ended(caller.actor, from.orders, limit + 1);
      const calls = desk.services.ended(caller.actor, from.calls, limit + 1);
      const { data, next: nextCursor } = resultPage({ orders, calls }, from, limit);
      return { body: { data, next_cursor: nextCursor }, nextCursor };
    },
  }),
];
