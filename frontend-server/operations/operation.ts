import type { z } from 'zod';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Actor } from '../../shared/contract/order.ts';
import { issuesOf } from '../../shared/rpc/wire-error.ts';
import type { ClusterDesk } from '../cluster-desk.ts';
import type { Forwarder } from '../forwarder.ts';
import type { OrderDesk, Preference } from '../order-desk.ts';

/** What an operation works with. */
export interface Desk {
  forwarder: Forwarder;
  orders: OrderDesk;
  cluster: ClusterDesk;
}

/** Who asks, and whether they would rather wait. */
export interface Caller {
  actor: Actor;
  prefer: Preference;
}

/** The result of an operation and what REST says about it in headers. */
export interface Answer {
  body: unknown;
  /** 200 when absent; 204 has no body in REST. */
  status?: 201 | 202 | 204 | 303;
  /** Seconds after which asking again makes sense. */
  retryAfterS?: number;
  /** Version of the one thing in the body. */
  version?: number;
  location?: string;
  /** Position of the log that the answer shows. */
  readIndex?: number;
  stale?: boolean;
  replayed?: boolean;
  nextCursor?: string | null;
}

export interface PublicOperation {
  /** As in JSON-RPC: noun.verb. */
  name: string;
  doc: string;
  access: 'anyone' | 'operator';
  method: 'GET' | 'POST' | 'DELETE';
  /** A parameter of the path is a member of the params. */
  paths: readonly string[];
  params: z.ZodType;
  /** The key of the request: must be given, is made here when absent, or has no meaning. */
  key: 'required' | 'optional' | 'none';
  /** `params` are of this operation's schema. */
  run(params: unknown, caller: Caller, desk: Desk): Promise<Answer>;
}

type Declared<P> = Omit<PublicOperation, 'params' | 'run'> & {
  params: z.ZodType<P>;
  run(params: P, caller: Caller, desk: Desk): Promise<Answer>;
};

/** An operation whose `run` gets the params of its own schema. */
export function define<P>(operation: Declared<P>): PublicOperation {
  return { ...operation, run: (params, caller, desk) => operation.run(params as P, caller, desk) };
}

/** Params as sent, checked. Throws `idempotency_key_missing` or `invalid_params` with issues. */
export function checkParams(operation: PublicOperation, sent: Record<string, unknown>): unknown {
  if (operation.key === 'required' && sent['idempotency_key'] === undefined) {
    throw new OrderlyError('idempotency_key_missing');
  }
  const checked = operation.params.safeParse(sent);
  if (checked.success) return checked.data;
  throw new OrderlyError('invalid_params', undefined, { issues: issuesOf(checked.error) });
}
