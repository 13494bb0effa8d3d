import type {
  FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest,
} from 'fastify';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { Durations } from '../../shared/runtime/metrics.ts';
import { beginTrace, traced, traceparentOf } from '../../shared/runtime/trace.ts';
import type { Trace } from '../../shared/runtime/trace.ts';

/** Each request gets a trace, which it keeps through all programs, a line in the log and a time. */

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Asked by machines every few seconds: never refused for load, and logged for debugging. */
    housekeeping?: boolean;
    /** A stream: it ends when its reader goes, so that how long it took says nothing. */
    endless?: boolean;
  }
  interface FastifyRequest {
    /** undefined when its path could not even be read. */
    trace: Trace | undefined;
  }
  interface FastifyReply {
    /** The code of the problem that is answered; empty while there is none. */
    problem: ErrorCode | '';
  }
}

const durations = new Durations({
  name: 'orderly_http_request_duration_seconds',
  help: 'Requests of the public door, by the pattern of their route.',
  labels: ['route', 'method', 'status'],
});

/** What a stranger may name freely would make a series each. */
const methods: ReadonlySet<string> =
  new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A path that is on no route may have no options either. */
export const isHousekeeping = (
  route: { config?: FastifyContextConfig | undefined } | undefined,
): boolean => route?.config?.housekeeping === true;

/** What somebody will look for later; reads and whoever asks too often would drown it. */
function isWorthALine({ method, routeOptions }: FastifyRequest, reply: FastifyReply): boolean {
  if (isHousekeeping(routeOptions)) return false;
  if (reply.problem === 'rate_limited' || reply.problem === 'overloaded') return false;
  return reply.statusCode >= 400 || (method !== 'GET' && method !== 'HEAD');
}

/** There are no options of a route where no route was found. */
const isEndless = ({ routeOptions }: FastifyRequest): boolean =>
  (routeOptions as { config?: { endless?: boolean } } | undefined)?.config?.endless === true;

export function addRequestLog(app: FastifyInstance, logger: Logger): void {
  app.decorateReply('problem', '');
  app.decorateRequest('trace', undefined);
  app.addHook('onRequest', (request, reply, done) => {
    const { traceparent } = request.headers;
    const given = typeof traceparent === 'string' ? traceparent : undefined;
    request.trace = beginTrace(request.id, given);
    reply.header('x-request-id', request.id).header('traceparent', traceparentOf(request.trace));
    done();
  });
  // Here, and not before: the body is read in between.
  app.addHook('preHandler', (request, _reply, done) => traced(request.trace, done));
  app.addHook('onResponse', (request, reply, done) => {
    const { method, trace } = request;
    const route = (request.routeOptions as { url?: string } | undefined)?.url ?? 'none';
    const ms = reply.elapsedTime;
    const verb = methods.has(method) ? method : 'other';
    if (!isEndless(request)) durations.took(ms, route, verb, String(reply.statusCode));
    traced(trace, () => {
      const line = {
        method, route, status: reply.statusCode, ms: Math.round(ms),
        ...(reply.problem !== '' && { problem: reply.problem }),
      };
      logger[isWorthALine(request, reply) ? 'info' : 'debug'](line, 'answered');
    });
    done();
  });
}
