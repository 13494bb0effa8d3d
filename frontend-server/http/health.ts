import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../shared/runtime/clock.ts';
import { version } from '../../shared/runtime/version.ts';

/** Liveness and readiness, for launchers and load balancers. Open to anyone. */

export interface HealthParts {
  clock: Clock;
  id: string;
  /** True once the program has been told to stop. */
  draining: () => boolean;
  /** True when the primary answers within so many milliseconds. */
  primaryAnswers: (deadlineMs: number) => Promise<boolean>;
  /** True while another request would be taken. */
  hasRoom: () => boolean;
  /** True while another order could be stored when no primary answers. */
  queueHasRoom: () => boolean;
}

const primaryMs = 500;
const housekeeping = { config: { housekeeping: true } };

interface Check {
  status: 'pass' | 'fail';
  ms: number;
}

async function timed(clock: Clock, check: () => boolean | Promise<boolean>): Promise<Check> {
  const startMs = clock.nowMs();
  const passed = await check();
  return { status: passed ? 'pass' : 'fail', ms: Math.round(clock.nowMs() - startMs) };
}

/**
 * Adds /livez (the process runs) and /readyz (it can do its job: not stopping, room for requests
 * and in the queue, a primary that answers). `?verbose` lists the checks, `?noprimary` leaves the
 * primary out.
 */
export function addHealth(app: FastifyInstance, parts: HealthParts): void {
  const { clock, id } = parts;
  const startMs = clock.nowMs();
  const head = (passed: boolean): Record<string, unknown> => ({
    status: passed ? 'pass' : 'fail',
    version, node: id, uptime_s: Math.floor((clock.nowMs() - startMs) / 1_000),
  });
  const type = 'application/health+json; charset=utf-8';

  app.get('/livez', housekeeping, async (_request, reply) =>
    reply.header('content-type', type).send(JSON.stringify(head(true))));

  app.get('/readyz', housekeeping, async (request, reply) => {
    const query = request.query as Record<string, unknown>;
    const checks: Record<string, Check> = {
      draining: await timed(clock, () => !parts.draining()),
      room: await timed(clock, parts.hasRoom),
      queue: await timed(clock, parts.queueHasRoom),
    };
    if (query['noprimary'] === undefined) {
      checks['primary'] = await timed(clock, () => parts.primaryAnswers(primaryMs));
    }
    const passed = Object.values(checks).every(({ status }) => status === 'pass');
    if (!passed) reply.header('retry-after', '1');
    const body = { ...head(passed), ...(query['verbose'] !== undefined && { checks }) };
    return reply.code(passed ? 200 : 503).header('content-type', type).send(JSON.stringify(body));
  });
}
