import { OrderlyError } from '../shared/contract/errors.ts';
import type { Replica } from './replica.ts';

/** Longer than a fail-over takes, shorter than any caller waits. */
const takeOverMs = 1000;

/** Throws `not_primary`, or `unavailable` by a primary that does not serve yet. */
export async function requireServing(replica: Replica): Promise<void> {
  requirePrimary(replica);
  // While a new primary takes over, its barrier goes before anything else.
  await replica.settled(takeOverMs);
  requirePrimary(replica);
  if (replica.status().serving) return;
  const detail = 'The new primary does not serve yet.';
  throw new OrderlyError('unavailable', detail, { retry_after_ms: 100 });
}

function requirePrimary(replica: Replica): void {
  if (replica.status().role === 'primary') return;
  throw new OrderlyError('not_primary', undefined, { news: replica.news });
}
