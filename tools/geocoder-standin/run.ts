import { z } from 'zod';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Timer } from '../../shared/runtime/clock.ts';
import { printReady, untilStopped } from '../../shared/runtime/lifecycle.ts';
import { createLogger } from '../../shared/runtime/logger.ts';
import { startStandin } from './standin.ts';

const parentCheckMs = 1000;
/** Where `orderly backend --geocoders standin` looks for them. */
const defaultPorts = { primary: 7411, secondary: 7412 };

const optionsSchema = z.object({
  service: z.enum(['primary', 'secondary']),
  port: z.int().optional(),
  controlPort: z.int(),
  data: z.array(z.string()).optional(),
  terminated: z.string().optional(),
  latency: z.number(),
  drop: z.array(z.string()),
  shift: z.array(z.object({ postcode: z.string(), lat: z.number(), lng: z.number() })),
  rate: z.union([z.literal('off'), z.object({ perSecond: z.number(), burst: z.number() })])
    .optional(),
  parentPid: z.int().optional(),
  json: z.boolean(),
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // No permission to signal it means that it is there.
    return z.object({ code: z.literal('EPERM') }).safeParse(error).success;
  }
}

/** Calls back once whoever started this process is gone: no stand-in outlives its test. */
function watchParent(parentPid: number | undefined, onGone: () => void): Timer {
  const parent = process.ppid;
  const timer = systemClock.setRepeating(parentCheckMs, () => {
    if (process.ppid === parent && (parentPid === undefined || isAlive(parentPid))) return;
    timer.cancel();
    onGone();
  });
  return timer;
}

/** Serves until it is stopped; resolves with the exit code. */
export async function runStandin(given: unknown): Promise<number> {
  const options = optionsSchema.parse(given);
  const { service, latency: latencyMs, data, terminated, rate: limit } = options;
  const standin = await startStandin({
    service,
    port: options.port ?? defaultPorts[service],
    controlPort: options.controlPort,
    latencyMs,
    drop: options.drop,
    shift: options.shift,
    ...(data && { data }),
    ...(terminated !== undefined && { terminated }),
    ...(limit !== undefined && { rate: limit === 'off' ? null : limit }),
  });
  const facts = { role: 'geocoder-standin', id: service, url: standin.url };
  printReady(options.json, { ...facts, control_url: standin.controlUrl });
  const logger = createLogger({ ...facts, level: 'info', format: 'pretty' });
  const watch = watchParent(options.parentPid, () => {
    logger.info({}, 'the starting process is gone, leaving');
    process.kill(process.pid, 'SIGTERM');
  });
  return untilStopped(async () => {
    watch.cancel();
    await standin.close();
  }, logger);
}
