import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';

/** Who a connection has proven to be (the class part of its pre-shared-key identity). */
export type CallerClass = 'peer' | 'frontend' | 'operator' | 'service';

/**
 * One RPC, declared once: types, checks on both sides and the documentation come from here.
 * `idempotent`: sending it twice has the effect of sending it once.
 */
export interface Method<P = unknown, R = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly params: z.ZodType<P>;
  readonly result: z.ZodType<R>;
  readonly errors: readonly ErrorCode[];
  readonly callers: readonly CallerClass[];
  readonly idempotent: boolean;
}

export const defineMethod = <P, R>(method: Method<P, R>): Method<P, R> => method;

export type ParamsOf<M> = M extends Method<infer P, infer _R> ? P : never;
export type ResultOf<M> = M extends Method<infer _P, infer R> ? R : never;
