import type { Actor } from '../../shared/contract/order.ts';

/** A principal as the queue knows it. */
export const ownerOf = ({ kind, id }: Actor): string => `${kind}:${id ?? ''}`;
