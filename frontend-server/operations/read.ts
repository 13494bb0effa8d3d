import { z } from 'zod';
import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { assert } from '../../shared/runtime/assert.ts';
import type { Desk } from './operation.ts';

const uuid = z.uuid();

/** Throws `not_found` for an id that no order can have. */
export function orderIdOf(text: string): string {
  const id = text.toLowerCase();
  if (!uuid.safeParse(id).success) throw new OrderlyError('not_found');
  return id;
}

type Kind<K extends string> = Extract<QueryResult, Record<K, unknown>>;

/** A read of one kind, with the position of the log that it shows. */
export async function read<K extends 'order' | 'events' | 'page' | 'menu'>(
  desk: Desk, kind: K, asked: { query: Query; consistency?: string | undefined },
): Promise<{ value: Kind<K>[K]; readIndex: number; stale: boolean }> {
  const stale = asked.consistency === 'stale';
  const { result, lsn } = await desk.forwarder.read({ query: asked.query, stale });
  assert(kind in result, 'a back end answers the kind of query that it was asked');
  return { value: (result as Kind<K>)[kind], readIndex: lsn, stale };
}
