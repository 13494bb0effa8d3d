import type { FastifyRequest } from 'fastify';
import type { Issue } from '../../shared/contract/errors.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { PublicOperation } from '../operations/operation.ts';
import type { Preference } from '../order-desk.ts';
import { versionOf } from './entity-tag.ts';
import { isJsonType } from './json-body.ts';

/** A REST request as params: its path, query or body, and the headers that stand for members. */

export type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refusal = (names: readonly string[], detail: string): OrderlyError | null => {
  if (names.length === 0) return null;
  const issues = names.slice(0, 20).map((name): Issue =>
    ({ pointer: `/${name.slice(0, 200)}`, code: 'unrecognized_keys', detail }));
  return new OrderlyError('invalid_params', undefined, { issues });
};

/** Query of a GET; body of anything else, which has no query. */
function givenFields(operation: PublicOperation, request: FastifyRequest): Fields {
  if (operation.method === 'GET') return request.query as Fields;
  const refused = refusal(
    Object.keys(request.query as Fields), 'Members of this request are given in its body.',
  );
  if (refused !== null) throw refused;
  const given = request.body ?? {};
  if (!isFields(given)) throw new OrderlyError('invalid_request', 'The body must be an object.');
  return given;
}

/** Adds what a header says; in both places and different is a mistake that is not guessed at. */
function withHeader(sent: Fields, name: string, value: string | number | undefined): Fields {
  if (value === undefined) return sent;
  if (sent[name] !== undefined && sent[name] !== value) {
    const detail = 'The header says something else than the body.';
    const issues = [{ pointer: `/${name}`, code: 'custom', detail }];
    throw new OrderlyError('invalid_params', undefined, { issues });
  }
  sent[name] = value;
  return sent;
}

const onlyOne = (header: string | string[] | undefined): string | undefined =>
  (Array.isArray(header) ? header.join(', ') : header);

/** Throws `invalid_request` for a body that is no object, `invalid_params` for misplaced fields. */
export function sentFields(operation: PublicOperation, request: FastifyRequest): Fields {
  const path = request.params as Fields;
  const given = givenFields(operation, request);
  const refused = refusal(
    Object.keys(path).filter((name) => Object.hasOwn(given, name)), 'This is a part of the path.',
  );
  if (refused !== null) throw refused;
  const sent = { ...given, ...path };
  if (operation.key !== 'none') {
    withHeader(sent, 'idempotency_key', onlyOne(request.headers['idempotency-key']));
  }
  if (operation.ifMatch !== undefined) {
    withHeader(sent, 'if_version', versionOf(request.headers['if-match']));
  }
  return sent;
}

/** RFC 7240, and its negation as we understand it: whoever would rather wait than be queued. */
export function preferenceOf(header: string | string[] | undefined): Preference {
  if (header === undefined) return null;
  const wishes = String(header).toLowerCase().split(',').map((wish) => wish.trim());
  if (wishes.includes('respond-async=false')) return 'sync';
  return wishes.includes('respond-async') ? 'async' : null;
}

/** True for a body that is declared to be something else than JSON in UTF-8. */
export function hasForeignBody(request: FastifyRequest): boolean {
  const type = request.headers['content-type'];
  return type !== undefined && request.method !== 'GET' && request.method !== 'HEAD'
    && !isJsonType(type);
}
