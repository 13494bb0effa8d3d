import { catalogue } from './catalogue.ts';
import type { JsonSchema } from './json-schemas.ts';
import { openApiOf, serversAt } from './openapi.ts';
import { openRpcOf } from './openrpc.ts';

/** The documents of this program's table, each made when somebody first asks for it. */

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** With an address that is relative to that of the document. */
export const openApi: () => JsonSchema = once(() => openApiOf(catalogue));

/** As a front end shows it that was reached at `origin`. */
export const openApiAt = (origin: string): JsonSchema =>
  ({ ...openApi(), servers: serversAt(origin) });

export const openRpc: () => JsonSchema = once(() => openRpcOf(catalogue));
