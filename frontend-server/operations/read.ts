import { z } from 'zod';
import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { assert } from '../../shared/runtime/assert.ts';
import type { Caller, Desk } from './operation.ts';

const uuid = z.uuid();

/** Throws `not_found` for an id that no order can have. */
export function orderIdOf(text: string): string {
  const id = text.toLowerCase();
  if (!uuid.safeParse(id).success) throw new OrderlyError('not_found');
  return id;
}

type Kind<K extends string> = Extract<QueryResult, Record<K, unknown>>;

/** A read of one kind, with the position of the log that it shows. */
export async function read<
  K extends
    | 'order' | 'events' | 'track' | 'page' | 'menu' | 'shop' | 'shops' | 'customer' | 'account'
    | 'sessions',
>(
  desk: Desk, kind: K,
  asked: {
    query: Query;
    /** Whose question it is: customers see what is theirs. */
    caller: Pick<Caller, 'actor' | 'session'>;
    consistency?: string | undefined;
  },
): Promise<{ value: Kind<K>[K]; readIndex: number; stale: boolean }> {
  const stale = asked.consistency === 'stale';
  const { query, caller: { actor: principal, session } } = asked;
  const claim = session !== null && { session };
  const { result, lsn } = await desk.forwarder.read({ query, principal, ...claim, stale });
  assert(kind in result, 'a back end answers the kind of query that it was asked');
  return { value: (result as Kind<K>)[kind], readIndex: lsn, stale };
}
