import { assert } from '../../shared/runtime/assert.ts';
import type { PublicOperation } from '../operations/operation.ts';

/** Where an operation is in REST, as documents write it. Pure. */

/** Members of the params that stand in the path. */
export const pathNamesOf = (path: string): string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);

/** `/v1/orders/{order_id}`, as OpenAPI and readers write it. */
export const templateOf = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}');

/** The path that the documents show first. */
export function mainPathOf({ name, paths, example }: PublicOperation): string {
  // The longest one that the example fills.
  const [first] = paths.filter((path) =>
    pathNamesOf(path).every((member) => member in example.params))
    .toSorted((a, b) => pathNamesOf(b).length - pathNamesOf(a).length);
  assert(first !== undefined, `the example of ${name} fills one of its paths`);
  return first;
}

/** `orderGet`; a further path of the same operation has its members in the name. */
export function operationId(
  { name, paths }: { name: string; paths: readonly string[] }, path: string,
): string {
  const words = name.split(/[._]/);
  const extra = path === paths[0]
    ? [] : ['by', ...pathNamesOf(path).flatMap((it) => it.split('_'))];
  return [...words, ...extra]
    .map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}
