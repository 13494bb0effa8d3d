import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Issue } from '../../shared/contract/errors.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Answer, Desk, PublicOperation } from '../operations/operation.ts';
import { checkParams } from '../operations/operation.ts';
import { operations } from '../operations/table.ts';
import type { Preference } from '../order-desk.ts';
import { anyone, operator } from '../operator-token.ts';
import type { OperatorToken } from '../operator-token.ts';

/** The operations as REST: path, query, body and headers become params; the answer a response. */

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const misplaced = (name: string): Issue =>
  ({ pointer: `/${name}`, code: 'unrecognized_keys', detail: 'This is a part of the path.' });

/** Throws `invalid_request` for a body that is no object, `invalid_params` for misplaced fields. */
function sentFields(operation: PublicOperation, request: FastifyRequest): Fields {
  const path = request.params as Fields;
  const given = operation.method === 'GET' ? request.query : request.body ?? {};
  if (!isFields(given)) throw new OrderlyError('invalid_request', 'The body must be an object.');
  const issues = Object.keys(path).filter((name) => Object.hasOwn(given, name)).map(misplaced);
  if (issues.length > 0) throw new OrderlyError('invalid_params', undefined, { issues });
  const sent = { ...given, ...path };
  return operation.key === 'none' ? sent : withKey(sent, request.headers['idempotency-key']);
}

/** Adds the header's key; in both places and different is a mistake that is not guessed at. */
function withKey(sent: Fields, header: string | string[] | undefined): Fields {
  if (header === undefined) return sent;
  const inBody = sent['idempotency_key'];
  if (inBody !== undefined && inBody !== header) {
    const detail = 'The header names another key than the body.';
    const issues = [{ pointer: '/idempotency_key', code: 'custom', detail }];
    throw new OrderlyError('invalid_params', undefined, { issues });
  }
  sent['idempotency_key'] = header;
  return sent;
}

/** RFC 7240, and its negation as we understand it: whoever would rather wait than be queued. */
function preferenceOf(header: string | string[] | undefined): Preference {
  if (header === undefined) return null;
  const wishes = String(header).toLowerCase().split(',').map((wish) => wish.trim());
  if (wishes.includes('respond-async=false')) return 'sync';
  return wishes.includes('respond-async') ? 'async' : null;
}

const etagOf = (answer: Answer): string | undefined =>
  answer.version === undefined ? undefined : `"v${answer.version}"`;

/** RFC 9110: any of the tags, compared weakly. */
const matches = (ifNoneMatch: string | undefined, etag: string | undefined): boolean =>
  etag !== undefined && ifNoneMatch !== undefined
  && (ifNoneMatch.trim() === '*'
    || ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));

function nextPage(request: FastifyRequest, cursor: string): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query as Fields)) {
    if (name !== 'cursor') query.set(name, String(value));
  }
  query.set('cursor', cursor);
  return `<${request.url.split('?', 1)[0] ?? ''}?${query.toString()}>; rel="next"`;
}

function respond(answer: Answer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const etag = etagOf(answer);
  if (etag !== undefined) reply.header('etag', etag);
  if (answer.readIndex !== undefined) reply.header('x-read-index', String(answer.readIndex));
  if (answer.stale === true) reply.header('x-orderly-consistency', 'stale');
  if (answer.retryAfterS !== undefined) reply.header('retry-after', String(answer.retryAfterS));
  if (answer.replayed === true) reply.header('idempotency-replayed', 'true');
  if (answer.location !== undefined) reply.header('location', answer.location);
  if (typeof answer.nextCursor === 'string') {
    reply.header('link', nextPage(request, answer.nextCursor));
  }
  if (request.method === 'GET' && matches(request.headers['if-none-match'], etag)) {
    return reply.code(304).send();
  }
  if (answer.status === 204) return reply.code(204).send();
  reply.code(answer.status ?? 200).header('content-type', 'application/json; charset=utf-8');
  return reply.send(JSON.stringify(answer.body));
}

/** Adds the routes of the operations table. */
export function addRest(
  app: FastifyInstance, { desk, token }: { desk: Desk; token: OperatorToken },
): void {
  for (const operation of operations) {
    const { method } = operation;
    for (const url of operation.paths) {
      app.route({
        method,
        url,
        // Before the body is read: strangers can not make us parse anything.
        onRequest: (request, _reply, done) => {
          if (operation.access === 'anyone') return done();
          const actor = token.actorOf(request.headers.authorization);
          return done(actor === null ? new OrderlyError('unauthorized') : undefined);
        },
        handler: async (request, reply) => {
          const params = checkParams(operation, sentFields(operation, request));
          const actor = operation.access === 'anyone' ? anyone : operator;
          const prefer = preferenceOf(request.headers['prefer']);
          return respond(await operation.run(params, { actor, prefer }, desk), request, reply);
        },
      });
    }
  }
}
