import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../shared/runtime/clock.ts';
import { version } from '../../shared/runtime/version.ts';
import type { ClusterDesk } from '../cluster-desk.ts';
import type { Identities } from '../identity.ts';
import { requireInsider } from './insider.ts';
import { nodeOf } from './metrics.ts';

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

interface Surroundings {
  pressure: { readonly drowning: boolean };
  cluster: Pick<ClusterDesk, 'nameServerAnswers' | 'readinessOf'>;
  identities: Identities;
}

const primaryMs = 500;
const nameServerMs = 500;
const housekeeping = { config: { housekeeping: true } };
const contentType = 'application/health+json; charset=utf-8';

interface Check {
  /** warn: worth a look, and no reason to send requests elsewhere. */
  status: 'pass' | 'warn' | 'fail';
  ms: number;
}

type Ask = () => boolean | Promise<boolean>;

/** `other`: what it means when the answer is no. */
async function timed(clock: Clock, ask: Ask, other: 'warn' | 'fail' = 'fail'): Promise<Check> {
  const startMs = clock.nowMs();
  const passed = await ask();
  return { status: passed ? 'pass' : other, ms: Math.round(clock.nowMs() - startMs) };
}

function statusOf(checks: Record<string, Check>): Check['status'] {
  const all = Object.values(checks).map(({ status }) => status);
  if (all.includes('fail')) return 'fail';
  return all.includes('warn') ? 'warn' : 'pass';
}

/**
 * What a front end looks at. The name server is only asked when somebody wants to know everything:
 * requests are served without it.
 */
async function checksOf(
  parts: HealthParts, { pressure, cluster }: Surroundings,
  { verbose, primary }: { verbose: boolean; primary: boolean },
): Promise<Record<string, Check>> {
  const { clock } = parts;
  const names = verbose
    ? timed(clock, () => cluster.nameServerAnswers(nameServerMs), 'warn') : null;
  const checks: Record<string, Check> = {
    draining: await timed(clock, () => !parts.draining()),
    room: await timed(clock, parts.hasRoom),
    queue: await timed(clock, parts.queueHasRoom),
    event_loop: await timed(clock, () => !pressure.drowning),
  };
  if (primary) checks['primary'] = await timed(clock, () => parts.primaryAnswers(primaryMs));
  if (names !== null) checks['name_server'] = await names;
  return checks;
}

/**
 * Adds /livez (the process runs) and /readyz (it can do its job: not stopping, room for requests
 * and in the queue, a primary that answers). `?verbose` lists the checks, `?noprimary` leaves the
 * primary out. `?node=` asks about a back end (in sync, not draining) or the name server instead.
 */
export function addHealth(
  app: FastifyInstance, parts: HealthParts, surroundings: Surroundings,
): void {
  const { clock, id } = parts;
  const startMs = clock.nowMs();
  const head = (status: Check['status'], node = id): Record<string, unknown> => ({
    status, version, node,
    ...(node === id && { uptime_s: Math.floor((clock.nowMs() - startMs) / 1_000) }),
  });

  app.get('/livez', housekeeping, async (_request, reply) =>
    reply.header('content-type', contentType).send(JSON.stringify(head('pass'))));

  app.get('/readyz', housekeeping, async (request, reply) => {
    const query = request.query as Record<string, unknown>;
    const node = nodeOf(request);
    let body: Record<string, unknown>;
    if (node !== null) {
      requireInsider(request, surroundings.identities);
      const { ready, state } = await surroundings.cluster.readinessOf(node);
      body = { ...head(ready ? 'pass' : 'fail', node), state };
    } else {
      const wanted = { verbose: 'verbose' in query, primary: !('noprimary' in query) };
      const checks = await checksOf(parts, surroundings, wanted);
      body = { ...head(statusOf(checks)), ...(wanted.verbose && { checks }) };
    }
    const failed = body['status'] === 'fail';
    if (failed) reply.header('retry-after', '1');
    return reply.code(failed ? 503 : 200).header('content-type', contentType)
      .send(JSON.stringify(body));
  });
}
