import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Launched } from '../../shared/contract/launcher.ts';
import { launcherMethods } from '../../shared/contract/launcher.ts';
import type { ClusterSecret } from '../../shared/rpc/secret.ts';
import { implement, serveRpc } from '../../shared/rpc/server.ts';
import type { RpcServer } from '../../shared/rpc/server.ts';
import { must } from '../../shared/runtime/assert.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Timer } from '../../shared/runtime/clock.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import type { Child } from './child.ts';
import type { Cluster } from './cluster.ts';

/**
 * Takes orders for the programs of a cluster from its front ends: on a port of this machine alone,
 * for whoever has the key of the cluster, which lies in its folder (mode 0600).
 */

/** Whoever asks is told how far it is by then; the work goes on. */
const answerWithinMs = 4_000;
/** As long as the end of the whole system gives its programs. */
const stopWithinMs = 12_000;
const backendsMax = 64;

type Programs = Pick<Cluster, 'children' | 'backends' | 'newBackend'>;

const launched = (child: Child): Launched => ({
  id: child.id,
  process: child.state,
  pid: child.pid,
  address: child.facts?.url ?? null,
  starts: child.starts,
});

function named(programs: Programs, id: string): Child {
  const child = programs.children.find((one) => one.id === id);
  if (child !== undefined) return child;
  throw new OrderlyError('not_found', 'The launcher has started no program of that name.');
}

/** Waits for the work as long as whoever asks may wait. Throws what the work throws by then. */
async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: Timer | null = null;
  const over = new Promise<void>((resolve) => {
    timer = systemClock.setTimer(answerWithinMs, resolve);
  });
  try {
    await Promise.race([work, over]);
  } catch (error) {
    if (!(error instanceof OrderlyError)) throw error;
    // Its last words may name paths; the screen has shown them.
    throw new OrderlyError(error.code, error.message.split('\n')[0]);
  } finally {
    must<Timer>(timer, 'a promise runs its function at once').cancel();
    // It may fail later, when nobody waits any more; the launcher's screen tells of that.
    work.catch(() => {});
  }
}

/** Resolves when it listens; `close` it before the programs are ended. */
export function serveControl(programs: Programs, secret: ClusterSecret): Promise<RpcServer> {
  const answer = async (child: Child, work: Promise<unknown>): Promise<Launched> => {
    await inTime(work);
    return launched(child);
  };
  return serveRpc({
    secret, host: '127.0.0.1', port: 0, logger: silentLogger,
    methods: [
      implement(launcherMethods.list, async () => ({ programs: programs.children.map(launched) })),
      implement(launcherMethods.add, async () => {
        if (programs.backends.length >= backendsMax) {
          throw new OrderlyError('overloaded', `There are ${backendsMax} back ends already.`);
        }
        const child = programs.newBackend();
        return answer(child, child.start());
      }),
      implement(launcherMethods.start, async ({ id }) => {
        const child = named(programs, id);
        return answer(child, child.start());
      }),
      implement(launcherMethods.stop, async ({ id }) => {
        const child = named(programs, id);
        return answer(child, child.stop(stopWithinMs));
      }),
      implement(launcherMethods.kill, async ({ id }) => {
        const child = named(programs, id);
        return answer(child, child.kill());
      }),
    ],
  });
}
