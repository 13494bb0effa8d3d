import type { z } from 'zod';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { issuesOf } from '../../shared/rpc/wire-error.ts';
import type { StreamRequest } from '../events/event-hub.ts';
import type { Access, Caller, Desk, Example } from './operation.ts';
import type { Topic } from './topics.ts';

/** What is needed to tell who listens. */
type StreamDesk = Pick<Desk, 'tracks'>;
type Listening = Pick<StreamRequest, 'audience' | 'filter'>;

/**
 * A GET whose answer is a stream of server-sent events (text/event-stream) that does not end. It
 * has no JSON-RPC form: a response of JSON-RPC is one value.
 */
export interface PublicStream {
  name: string;
  /** One sentence. */
  doc: string;
  topic: Topic;
  access: Access;
  /** A parameter of the path is a member of the params. */
  paths: readonly string[];
  /** Of path and query. `last_event_id` may come as the header Last-Event-ID, which wins. */
  params: z.ZodType;
  /** The data of each event, by its type. */
  events: Readonly<Record<string, z.ZodType>>;
  /** Answered instead of the stream. */
  errors: readonly ErrorCode[];
  example: Example;
  /** `params` are of this stream's schema. Throws what is answered instead. */
  listen(params: unknown, caller: Caller, desk: StreamDesk): Listening;
}

type Declared<P> = Omit<PublicStream, 'params' | 'listen'> & {
  params: z.ZodType<P>;
  listen(params: P, caller: Caller, desk: StreamDesk): Listening;
};

/** A stream whose `listen` gets the params of its own schema. */
export function defineStream<P>(stream: Declared<P>): PublicStream {
  return {
    ...stream, listen: (params, caller, desk) => stream.listen(params as P, caller, desk),
  };
}

/** Params as sent, checked. Throws `invalid_params` with issues. */
export function checkStreamParams(stream: PublicStream, sent: Record<string, unknown>): unknown {
  const checked = stream.params.safeParse(sent);
  if (checked.success) return checked.data;
  throw new OrderlyError('invalid_params', undefined, { issues: issuesOf(checked.error) });
}
