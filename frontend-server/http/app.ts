import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { traced } from '../../shared/runtime/trace.ts';
import type { Identities } from '../identity.ts';
import type { Desk } from '../operations/operation.ts';
import type { Certificate } from './certificate.ts';
import { addEventStreams } from './event-stream.ts';
import type { HealthParts } from './health.ts';
import { addHealth } from './health.ts';
import { checkText, isJsonType, readJson } from './json-body.ts';
import { limitHeaders } from './limits.ts';
import type { Limits } from './limits.ts';
import { createListener } from './listener.ts';
import { addMetrics } from './metrics.ts';
import { addPages } from './pages.ts';
import { shed } from './pressure.ts';
import type { Pressure } from './pressure.ts';
import { asPublic, problemOf } from './problem.ts';
import { clientErrorHandler, RawAnswers } from './raw-errors.ts';
import { addRequestLog, isHousekeeping } from './request-log.ts';
import { originForm, RequestGuard } from './request-guard.ts';
import { addRest } from './rest.ts';
import { addRpc } from './rpc.ts';
import { addSecurityHeaders, securityHeaders } from './security-headers.ts';
import { SilentConnections } from './silent-connections.ts';

/** The public HTTP server: limits, checks of every request, error form; routes come from tables. */

export interface AppParts {
  desk: Desk;
  identities: Identities;
  logger: Logger;
  health: HealthParts;
  /** The host that the server will be bound to. */
  host: string;
  limits: Limits;
  pressure: Pick<Pressure, 'drowning' | 'retryAfterMs'>;
  /** null: plain HTTP. */
  certificate: Certificate | null;
  /** Addresses and networks whose X-Forwarded-For says where a request comes from. */
  trustedProxies: readonly string[];
}

const bodyBytesMax = 256 * 1024;
const pathParamLengthMax = 200;

function sendProblem(error: OrderlyError, request: FastifyRequest, reply: FastifyReply): void {
  const path = request.originalUrl.split('?', 1)[0] ?? '';
  const problem = problemOf(error, { id: request.id, path });
  reply.problem = error.code;
  void reply.code(problem.status).headers({ ...problem.headers, ...limitHeaders(error) })
    .send(problem.body);
}

function create({ certificate, trustedProxies }: AppParts): FastifyInstance {
  const usual = securityHeaders(certificate !== null);
  const answers = new RawAnswers(usual);
  const trustProxy = trustedProxies.length > 0 && [...trustedProxies];
  const silent = new SilentConnections();
  const app = Fastify({
    logger: false,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: bodyBytesMax,
    trustProxy,
    // While the server stops, requests that are on their way are still served.
    return503OnClosing: false,
    serverFactory: (handler) => {
      const server = createListener(handler, {
        certificate, answers, bodyLimit: bodyBytesMax, behindProxy: trustedProxies.length > 0,
      });
      silent.watch(server);
      return server;
    },
    routerOptions: { maxParamLength: pathParamLengthMax },
    clientErrorHandler: clientErrorHandler(answers),
    rewriteUrl: (request) => originForm(request.url ?? '/'),
    frameworkErrors: (error: FastifyError, request, reply) => {
      const code = error.code === 'FST_ERR_BAD_URL' ? 'invalid_request' : 'not_found';
      reply.headers({ ...usual, 'x-request-id': request.id });
      sendProblem(new OrderlyError(code), request, reply);
    },
  });
  app.addHook('preClose', async () => silent.close());
  return app;
}

/** Paths and their methods, to tell a wrong method from a wrong path. */
class RouteTable {
  readonly #routes = new Map<string, { form: RegExp; methods: Set<string> }>();

  add(path: string, methods: readonly string[]): void {
    const source = path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '[^/]+');
    const route = this.#routes.get(path) ?? { form: new RegExp(`^${source}$`), methods: new Set() };
    for (const method of methods) route.methods.add(method);
    this.#routes.set(path, route);
  }

  /** Empty for a path that does not exist. */
  allowed(path: string): string[] {
    const methods = [...this.#routes.values()]
      .flatMap((route) => (route.form.test(path) ? [...route.methods] : []));
    return [...new Set(methods)].toSorted((a, b) => (a < b ? -1 : 1));
  }
}

function addErrorForms(app: FastifyInstance, routes: RouteTable, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => {
    sendProblem(traced(request.trace, () => asPublic(error, logger)), request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = routes.allowed(request.url.split('?', 1)[0] ?? '');
    if (allowed.length > 0) reply.header('allow', allowed.join(', '));
    const code = allowed.length > 0 ? 'method_not_allowed' : 'not_found';
    sendProblem(new OrderlyError(code, undefined), request, reply);
  });
}

function addJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    if (!Buffer.isBuffer(body) || body.length === 0) return done(null, undefined);
    const received = readJson(body);
    checkText(received);
    return done(null, received.value);
  });
}

/** Refuses what must not be read, and all but the housekeeping while we do not keep up. */
function addGuards(app: FastifyInstance, { host, health, pressure }: AppParts): void {
  const guard = new RequestGuard(host);
  let closing = false;
  app.addHook('preClose', async () => { closing = true; });
  // Also on what was under way when it began: the connection would stay open behind the answer.
  app.addHook('onSend', async (_request, reply) => {
    if (closing || health.draining()) reply.header('connection', 'close');
  });
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = guard.refusal(request.raw, request.originalUrl);
    const type = request.headers['content-type'];
    if (refusal !== null) {
      // Nothing that follows on this connection can be trusted to be a request.
      reply.header('connection', 'close');
      done(refusal);
    } else if (pressure.drowning && !isHousekeeping(request.routeOptions)) {
      shed.add();
      done(new OrderlyError('overloaded', undefined, { retry_after_ms: pressure.retryAfterMs }));
    } else if (type !== undefined && request.method === 'POST' && !isJsonType(type)) {
      done(new OrderlyError('unsupported_media_type'));
    } else done();
  });
}

/** The server, not yet listening. */
export async function createApp(parts: AppParts): Promise<FastifyInstance> {
  const { logger, health } = parts;
  const app = create(parts);
  const routes = new RouteTable();
  app.addHook('onRoute', ({ url, method }) => routes.add(url, [method].flat()));
  addSecurityHeaders(app, parts.certificate !== null);
  addRequestLog(app, logger);
  addGuards(app, parts);
  addErrorForms(app, routes, logger);
  addJsonBodies(app);
  addRest(app, parts);
  addEventStreams(app, { ...parts, clock: health.clock });
  const { pressure, identities, desk: { cluster } } = parts;
  addHealth(app, health, { pressure, identities, cluster });
  addMetrics(app, { identities, cluster });
  addPages(app);
  await addRpc(app, parts);
  return app;
}
