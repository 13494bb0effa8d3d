import { streams } from '../operations/events.ts';
import type { PublicOperation } from '../operations/operation.ts';
import type { PublicStream } from '../operations/stream.ts';
import { operations } from '../operations/table.ts';

/** What the documents are about. */
export interface Catalogue {
  operations: readonly PublicOperation[];
  streams: readonly PublicStream[];
}

/** All of it. */
export const catalogue: Catalogue = { operations, streams };
