import type { z } from 'zod';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Actor } from '../../shared/contract/order.ts';
import { issuesOf } from '../../shared/rpc/wire-error.ts';
import type { AccountDesk } from '../account-desk.ts';
import type { ClusterDesk } from '../cluster-desk.ts';
import type { DoorStats } from '../dashboard/door-stats.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { Forwarder } from '../forwarder.ts';
import type { NodeDesk } from '../node-desk.ts';
import type { OrderDesk, Preference } from '../order-desk.ts';
import type { ServiceDesk } from '../services/service-desk.ts';
import type { TrackTokens } from '../track-token.ts';
import type { ExampleId } from './example-ids.ts';
import type { Topic } from './topics.ts';

/** What an operation works with. */
export interface Desk {
  forwarder: Forwarder;
  orders: OrderDesk;
  services: ServiceDesk;
  cluster: ClusterDesk;
  nodes: NodeDesk;
  events: EventHub;
  accounts: AccountDesk;
  tracks: TrackTokens;
  stats: DoorStats;
}

/** Who asks, and whether they would rather wait. */
export interface Caller {
  actor: Actor;
  /** The session of whoever signed in. */
  session: string | null;
  prefer: Preference;
}

/** A status that tells of success; 204 has no body in REST. */
type SuccessStatus = 200 | 201 | 202 | 204 | 303;

/** The result of an operation and what REST says about it in headers. */
export interface Answer {
  body: unknown;
  /** 200 when absent. */
  status?: SuccessStatus;
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

/** Who may call: each level includes the ones before it. */
export type Access = 'anyone' | 'customer' | 'staff' | 'operator';

/** A call that works on a new system, where the ids of the documents are put in place of ours. */
export interface Example {
  /** As in JSON-RPC, without the idempotency key. */
  params: Record<string, unknown>;
  /** What comes back; left out where the schema says enough. */
  result?: unknown;
  /** What the `id` of the answer is called in the other examples. */
  makes?: ExampleId;
}

/**
 * One operation, declared once: its REST routes, its JSON-RPC method, the OpenAPI and OpenRPC
 * documents, the page at /docs and docs/api.md are made from this.
 */
export interface PublicOperation {
  /** As in JSON-RPC: noun.verb. */
  name: string;
  /** One sentence. */
  doc: string;
  /** Heading in the documents. */
  topic: Topic;
  access: Access;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A parameter of the path is a member of the params. */
  paths: readonly string[];
  params: z.ZodType;
  /** The key of the request: must be given, is made here when absent, or has no meaning. */
  key: 'required' | 'optional' | 'none';
  /**
   * The header If-Match, read as the member `if_version` (a number) of the params; without the
   * header a required one is refused with `precondition_required`.
   */
  ifMatch?: 'required' | 'optional';
  /** What `run` may answer: the body of each status, null for none. */
  success: Readonly<Partial<Record<SuccessStatus, z.ZodType | null>>>;
  /** Its own failures; those that follow from the fields above need no mention. */
  errors: readonly ErrorCode[];
  example: Example;
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
  if (operation.ifMatch === 'required' && sent['if_version'] === undefined) {
    throw new OrderlyError('precondition_required');
  }
  const checked = operation.params.safeParse(sent);
  if (checked.success) return checked.data;
  throw new OrderlyError('invalid_params', undefined, { issues: issuesOf(checked.error) });
}
