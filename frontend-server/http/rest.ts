import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Identities, Identity } from '../identity.ts';
import type { Answer, Caller, Desk, PublicOperation } from '../operations/operation.ts';
import { checkParams } from '../operations/operation.ts';
import { operations } from '../operations/table.ts';
import { acceptsJson } from './accept.ts';
import { etagOf, matchesAny } from './entity-tag.ts';
import { shownBy } from './limits.ts';
import type { Limits } from './limits.ts';
import type { Fields } from './rest-request.ts';
import { hasForeignBody, preferenceOf, sentFields } from './rest-request.ts';

/** The operations as REST: requests become params, answers become responses. */

function nextPage(request: FastifyRequest, cursor: string): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query as Fields)) {
    if (name !== 'cursor') query.set(name, String(value));
  }
  query.set('cursor', cursor);
  return `<${request.url.split('?', 1)[0] ?? ''}?${query.toString()}>; rel="next"`;
}

function setHeaders(answer: Answer, request: FastifyRequest, reply: FastifyReply): void {
  if (answer.version !== undefined) reply.header('etag', etagOf(answer.version));
  if (answer.readIndex !== undefined) reply.header('x-read-index', String(answer.readIndex));
  if (answer.stale === true) reply.header('x-orderly-consistency', 'stale');
  if (answer.retryAfterS !== undefined) reply.header('retry-after', String(answer.retryAfterS));
  if (answer.replayed === true) reply.header('idempotency-replayed', 'true');
  if (answer.location !== undefined) reply.header('location', answer.location);
  if (typeof answer.nextCursor === 'string') {
    reply.header('link', nextPage(request, answer.nextCursor));
  }
}

/** True where the client has this version of what a GET or HEAD shows. */
const isKnown = (answer: Answer, { method, headers }: FastifyRequest): boolean =>
  answer.version !== undefined && (method === 'GET' || method === 'HEAD')
  && matchesAny(headers['if-none-match'], etagOf(answer.version));

function respond(answer: Answer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  setHeaders(answer, request, reply);
  if (isKnown(answer, request)) return reply.code(304).send();
  if (answer.status === 204) return reply.code(204).send();
  reply.code(answer.status ?? 200).header('content-type', 'application/json; charset=utf-8');
  return reply.send(JSON.stringify(answer.body));
}

/** Why a request is refused by its head; null when it is not. */
function headRefusal(request: FastifyRequest): OrderlyError | null {
  if (!acceptsJson(request.headers.accept)) return new OrderlyError('not_acceptable');
  return hasForeignBody(request) ? new OrderlyError('unsupported_media_type') : null;
}

interface RestParts {
  desk: Desk;
  identities: Identities;
  limits: Limits;
}

/** Adds the routes of the operations table. */
export function addRest(app: FastifyInstance, parts: RestParts): void {
  for (const operation of operations) {
    for (const url of operation.paths) addRoute(app, { ...parts, operation, url });
  }
}

type RouteParts = RestParts & { operation: PublicOperation; url: string };

function addRoute(app: FastifyInstance, parts: RouteParts): void {
  const { operation, url, desk, identities, limits } = parts;
  const admit = (request: FastifyRequest): Identity => limits.admitted(shownBy(request), () =>
    identities.admit(operation.access, request.headers.authorization));
  app.route({
    method: operation.method,
    url,
    // Before the body is read: strangers can not make us parse anything.
    onRequest: (request, _reply, done) => {
      const refusal = headRefusal(request);
      if (refusal === null) admit(request);
      return done(refusal ?? undefined);
    },
    handler: async (request, reply) => {
      const params = checkParams(operation, sentFields(operation, request));
      const identity = admit(request);
      limits.charge(operation, { ...identity, address: request.ip }, params);
      const caller: Caller = { ...identity, prefer: preferenceOf(request.headers['prefer']) };
      const answer = await operation.run(params, caller, desk);
      if (answer.status === 202 && caller.prefer === 'async') {
        reply.header('preference-applied', 'respond-async');
      }
      return respond(answer, request, reply);
    },
  });
}
