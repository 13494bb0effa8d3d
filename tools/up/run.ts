import { join } from 'node:path';
import { must } from '../../shared/runtime/assert.ts';
import { prepareCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import type { UpConfig } from './config.ts';
import { clusterStatus } from './front-door.ts';
import { Reporter } from './reporter.ts';
import { readyLine, summary } from './summary.ts';

/** Resolves at the first signal to end; the second one ends everything this instant. */
function untilAsked(cluster: Cluster): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (): void => {
      if (asked) {
        cluster.killNow();
        process.exit(1);
      }
      asked = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
    const onFatal = (error: unknown): void => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      cluster.killNow();
      process.exit(70);
    };
    process.on('uncaughtException', onFatal);
    process.on('unhandledRejection', onFatal);
  });
}

/** The first back end where nobody can tell. */
async function primaryOf(cluster: Cluster): Promise<{ id: string; pid: number | null }> {
  const { members } = await clusterStatus(cluster.door());
  const primary = members.find(({ role }) => role === 'primary');
  return primary ?? must(cluster.backends[0], 'a cluster has a back end');
}

/** Runs a system until it is told to end. Resolves with the exit code. */
export async function runUp(config: UpConfig): Promise<number> {
  const reporter = new Reporter(config);
  const cluster = await prepareCluster({
    ...config,
    onEvent: (event) => reporter.take(event),
  });
  if (config.json) reporter.logFolder = join(cluster.home, 'logs');
  const asked = untilAsked(cluster);
  reporter.starting();
  try {
    const outcome = await Promise.race([
      cluster.start().then(() => 'started' as const), asked.then(() => 'asked' as const),
    ]);
    reporter.started();
    if (outcome === 'started') {
      process.stdout.write(
        config.json ? readyLine(cluster) : summary(cluster, await primaryOf(cluster)));
      await asked;
    }
    reporter.stopping();
    return 0;
  } finally {
    reporter.started();
    await cluster.stop();
    reporter.close();
  }
}
