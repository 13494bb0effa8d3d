import type { FastifyInstance } from 'fastify';
import jayson from 'jayson';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { toWire } from '../../shared/rpc/wire-error.ts';
import { traced } from '../../shared/runtime/trace.ts';
import { openRpc } from '../documents/documents.ts';
import type { Identities } from '../identity.ts';
import type { Desk, PublicOperation } from '../operations/operation.ts';
import { checkParams } from '../operations/operation.ts';
import { operations } from '../operations/table.ts';
import { readRequest, failure, isResponse } from './envelope.ts';
import type { RpcRequest, RpcResponse } from './envelope.ts';
import { readJson } from './json-body.ts';
import { shownBy } from './limits.ts';
import type { Limits, Showing } from './limits.ts';
import { asPublic } from './problem.ts';

/**
 * POST /rpc: JSON-RPC 2.0 over the same operations. jayson dispatches; what it is lenient or
 * unsafe about (nested batches, ids, size) is decided before it.
 */

const batchMax = 50;
/** One batch must not be able to ask for more than this much text. */
const answerLengthMax = 4 * 1024 * 1024;

interface RpcParts {
  desk: Desk;
  identities: Identities;
  limits: Limits;
  logger: Logger;
}

/** jayson hands this to each method. */
type Context = Showing;

type Done = jayson.JSONRPCCallbackTypePlain;

type Run = (params: Record<string, unknown>, context: Context) => Promise<unknown>;

/** A jayson method that never throws: an exception out of a handler would end the process. */
function methodFrom(run: Run, logger: Logger): jayson.Method {
  const answer = async (params: unknown, context: Context, done: Done): Promise<void> => {
    let result: unknown;
    try {
      const started = traced(context.trace, () => run(params as Record<string, unknown>, context));
      result = await started;
    } catch (error) {
      done(toWire(traced(context.trace, () => asPublic(error, logger))));
      return;
    }
    done(null, result);
  };
  return new jayson.Method((params: unknown, context: object, done: Done) => {
    void answer(params, context as Context, done);
  }, { useContext: true });
}

const methodOf = (
  operation: PublicOperation, { desk, identities, limits, logger }: RpcParts,
): jayson.Method =>
  methodFrom(async (params, context) => {
    const identity = limits.admitted(context, () =>
      identities.admit(operation.access, context.authorization));
    const checked = checkParams(operation, params);
    limits.charge(operation, { ...identity, address: context.address }, checked);
    return (await operation.run(checked, { ...identity, prefer: null }, desk)).body ?? null;
  }, logger);

export class RpcDoor {
  readonly #server: jayson.Server;

  constructor(parts: RpcParts) {
    const methods = Object.fromEntries(
      operations.map((operation) => [operation.name, methodOf(operation, parts)]),
    );
    const unknownMethod = methodFrom(async () => {
      throw new OrderlyError('unknown_method');
    }, parts.logger);
    const described = methodFrom(async () => openRpc(), parts.logger);
    this.#server = new jayson.Server(methods, {
      useContext: true,
      maxBatchLength: batchMax,
      // Names that begin with rpc. can not be registered; the router may still know them.
      router(name) {
        return name === 'rpc.discover' ? described : this.getMethod(name) ?? unknownMethod;
      },
    });
  }

  /** The text of the answer and its HTTP status; null when there is nothing to answer. */
  async handle(
    bytes: Buffer, context: Context,
  ): Promise<{ status: number; text: string } | null> {
    let received: ReturnType<typeof readJson>;
    try {
      received = readJson(bytes);
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      return { status: 200, text: JSON.stringify(failure(null, error)) };
    }
    const { value, suspicious } = received;
    const one = (item: unknown): Promise<RpcResponse | null> =>
      this.#one(readRequest(item, suspicious), context);
    if (!Array.isArray(value)) return textOf(await one(value));
    const refusal = batchRefusal(value);
    if (refusal !== null) return textOf(failure(null, refusal));
    const responses = await Promise.all(value.map(one));
    return batchText(responses.filter((response) => response !== null));
  }

  async #one(read: RpcRequest | RpcResponse, context: Context): Promise<RpcResponse | null> {
    if (isResponse(read)) return read;
    const { method, params, id } = read;
    // jayson takes a null id for a notification; it gets an id of ours, the caller its own.
    const asked = { jsonrpc: '2.0', method, params, ...(id !== undefined && { id: 0 }) };
    const response = await new Promise<object | null>((resolve) => {
      this.#server.call(asked as jayson.JSONRPCRequestLike, context, (error, given) =>
        resolve((error ?? given ?? null) as object | null));
    });
    if (response === null || id === undefined) return null;
    return { ...response as RpcResponse, id };
  }
}

function batchRefusal(items: unknown[]): OrderlyError | null {
  if (items.length === 0) return new OrderlyError('invalid_request', 'The batch is empty.');
  if (items.length <= batchMax) return null;
  return new OrderlyError('invalid_request', `The batch is too large: ${batchMax} at most.`);
}

function textOf(response: RpcResponse | null): { status: number; text: string } | null {
  if (response === null) return null;
  const unauthorized = response.error?.data.code === 'unauthorized';
  return { status: unauthorized ? 401 : 200, text: JSON.stringify(response) };
}

function batchText(responses: RpcResponse[]): { status: number; text: string } | null {
  if (responses.length === 0) return null;
  let length = 0;
  const texts = responses.map((response) => {
    const text = JSON.stringify(response);
    length += text.length;
    if (length <= answerLengthMax) return text;
    const tooMuch = new OrderlyError('payload_too_large', 'The answers are too large.');
    return JSON.stringify(failure(response.id, tooMuch));
  });
  return { status: 200, text: `[${texts.join(',')}]` };
}

/** Adds POST /rpc. The body is taken as bytes: bad JSON is answered in JSON-RPC's own form. */
export async function addRpc(app: FastifyInstance, parts: RpcParts): Promise<void> {
  const door = new RpcDoor(parts);
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body),
    );
    scope.post('/rpc', async (request, reply) => {
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const answer = await door.handle(bytes, shownBy(request));
      if (answer === null) return reply.code(204).send();
      if (answer.status === 401) reply.header('www-authenticate', 'Bearer realm="orderly"');
      reply.code(answer.status).header('content-type', 'application/json; charset=utf-8');
      return reply.send(answer.text);
    });
  });
}
