import type { FastifyRequest } from 'fastify';
import type { Identities } from '../identity.ts';
import { isLoopback } from './request-guard.ts';

/** What a proxy adds: then the request is not of this machine, wherever the connection is from. */
const signsOfProxy = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'];

const isLocal = ({ raw }: FastifyRequest): boolean =>
  isLoopback((raw.socket.remoteAddress ?? '').replace('::ffff:', ''))
  && signsOfProxy.every((name) => raw.headers[name] === undefined);

/**
 * Lets in who may look inside: whoever is on this machine, and the operator from anywhere. Throws
 * `unauthorized` or `forbidden`.
 */
export function requireInsider(request: FastifyRequest, identities: Identities): void {
  const { authorization } = request.headers;
  if (authorization === undefined && isLocal(request)) return;
  identities.admit('operator', authorization);
}
