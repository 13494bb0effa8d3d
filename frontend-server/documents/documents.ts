import { catalogue } from './catalogue.ts';
import type { JsonSchema } from './json-schemas.ts';
import { openApiOf } from './openapi.ts';
import { openRpcOf } from './openrpc.ts';

/** The documents of this program's table, each made when somebody first asks for it. */

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

export const openApi: () => JsonSchema = once(() => openApiOf(catalogue));
export const openRpc: () => JsonSchema = once(() => openRpcOf(catalogue));
