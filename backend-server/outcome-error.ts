import { OrderlyError } from '../shared/contract/errors.ts';
import type { ViewNews } from '../shared/contract/view.ts';
import type { Outcome } from './replication/events.ts';

/** What a caller is told of an op or a read that the core did not carry out. */
export const errorOf = (outcome: Outcome, news: ViewNews | null): OrderlyError => {
  switch (outcome.kind) {
    case 'not-primary':
      return new OrderlyError('not_primary', undefined, { news });
    case 'busy':
      return new OrderlyError('overloaded', `Busy: ${outcome.why}.`, { retry_after_ms: 100 });
    case 'unknown':
      return new OrderlyError('outcome_unknown', undefined, { news });
    case 'done':
    case 'read-at':
      return new OrderlyError('internal');
  }
};
