import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Timer } from '../../shared/runtime/clock.ts';
import { exitCodeHelp } from '../../client/failure.ts';
import { printReady, untilStopped } from '../../shared/runtime/lifecycle.ts';
import type { Rate } from '../../backend-server/geocoding/token-bucket.ts';

/** `orderly geocoder-standin`: one of the two postcode services, for tests and machines offline. */

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
type Options = z.infer<typeof optionsSchema>;

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function port(text: string): number {
  const value = whole(text);
  if (value > 65_535) throw new InvalidArgumentError('It must be at most 65535.');
  return value;
}

const list = (text: string): string[] => text.split(',').map((each) => each.trim());

function shift(text: string, earlier: Options['shift']): Options['shift'] {
  const [, postcode = '', lat, lng] = /^([^=]+)=(-?[\d.]+),(-?[\d.]+)$/.exec(text) ?? [];
  const moved = { postcode, lat: Number(lat), lng: Number(lng) };
  if (!Number.isFinite(moved.lat) || !Number.isFinite(moved.lng)) {
    throw new InvalidArgumentError('It must look like "DH1 4SW=0.01,-0.02".');
  }
  return [...earlier, moved];
}

function rate(text: string): Rate | 'off' {
  if (text === 'off') return text;
  const [, perSecond, burst] = /^([\d.]+):(\d+)$/.exec(text) ?? [];
  const found = { perSecond: Number(perSecond), burst: Number(burst) };
  if (!(found.perSecond > 0) || !(found.burst >= 1)) {
    throw new InvalidArgumentError('It must be "off" or look like "2:5".');
  }
  return found;
}

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

async function run(options: Options): Promise<number> {
  const { createLogger } = await import('../../shared/runtime/logger.ts');
  const { startStandin } = await import('./standin.ts');
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

const examples = `
Examples:
  orderly geocoder-standin --service primary
  orderly geocoder-standin --service secondary --latency 300 --rate off
  orderly geocoder-standin --service primary --drop "DH1 3LE" --json
${exitCodeHelp}`;

/** Adds the command; its exit code goes to process.exitCode. */
export function addGeocoderStandinCommand(program: Command): void {
  program
    .command('geocoder-standin')
    .description('serve postcodes.io or findthatpostcode.uk from a small sample, on this machine')
    .addOption(new Option('--service <name>', 'which service to stand in for')
      .choices(['primary', 'secondary']).makeOptionMandatory())
    .option('--port <n>', 'port of the service, 0 for any (default: 7411 and 7412)', port)
    .option('--control-port <n>', 'port where faults are set; 0 for any', port, 0)
    .option('--data <files>', 'CSV files of postcodes in use, comma separated', list)
    .option('--terminated <file>', 'CSV file of terminated postcodes')
    .option('--latency <ms>', 'wait before every answer', whole, 0)
    .option('--drop <postcodes>', 'postcodes to know nothing of, comma separated', list, [])
    .option('--shift <postcode=dlat,dlng>', 'move a postcode; may be repeated', shift, [])
    .option('--rate <perSecond:burst>', 'limit, or "off"; the secondary has 2:5 by default', rate)
    .option('--parent-pid <pid>', 'leave when this process ends', whole)
    .option('--json', 'print the ready line as JSON', false)
    .addHelpText('after', examples)
    .action(async (options: unknown) => {
      process.exitCode = await run(optionsSchema.parse(options));
    });
}
