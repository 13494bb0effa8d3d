import { OrderlyError } from '../../shared/contract/errors.ts';
import { orderEventSchema } from '../../shared/contract/order.ts';

/** Which events a stream carries: `?types=order.placed,cluster.*`. */

export const orderTypes = orderEventSchema.shape.type.options.map((type) => `order.${type}`);
export const clusterTypes = ['cluster.view', 'cluster.status'] as const;
export type ClusterType = (typeof clusterTypes)[number];

const patternsMax = 20;

export interface TypeFilter {
  /** The same text for filters that let the same through. */
  key: string;
  lets(type: string): boolean;
  orders: boolean;
  cluster: boolean;
}

function filterOf(types: readonly string[]): TypeFilter {
  const wanted = new Set(types);
  return {
    key: types.toSorted((a, b) => (a < b ? -1 : 1)).join(','),
    lets: (type) => wanted.has(type),
    orders: orderTypes.some((type) => wanted.has(type)),
    cluster: clusterTypes.some((type) => wanted.has(type)),
  };
}

function refuse(pattern: string): OrderlyError {
  const detail = `No event is called that. There are ${[...orderTypes, ...clusterTypes].join(', ')}`
    + ', and a group of them as order.* or cluster.*.';
  const pointer = '/types';
  const issues = [{ pointer, code: 'types', detail: `${pattern.slice(0, 40)}: ${detail}` }];
  return new OrderlyError('invalid_params', undefined, { issues });
}

/**
 * The filter that `text` asks for; without text everything that `mayHearCluster` allows. Throws
 * `invalid_params` for a name that no event has, `forbidden` for one that is not for this caller.
 */
export function typeFilter(text: string | undefined, mayHearCluster: boolean): TypeFilter {
  const allowed = mayHearCluster ? [...orderTypes, ...clusterTypes] : orderTypes;
  if (text === undefined) return filterOf(allowed);
  const patterns = text.split(',').map((pattern) => pattern.trim());
  if (patterns.length > patternsMax) throw refuse(`more than ${patternsMax}`);
  const types = patterns.flatMap((pattern) => {
    if (pattern === '*') return allowed;
    const named = [...orderTypes, ...clusterTypes].filter((type) =>
      type === pattern || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))));
    if (named.length === 0) throw refuse(pattern);
    if (named.some((type) => !allowed.includes(type))) {
      throw new OrderlyError('forbidden', 'Events of the cluster are for operators.');
    }
    return named;
  });
  return filterOf([...new Set(types)]);
}
