import { statfs } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isReady } from '../../up/front-door.ts';
import { whyNotListen } from '../../up/free-port.ts';
import { answers, liveServices, probeWithinMs } from '../../up/geocoders.ts';
import { type Check, type Patient, codeOf, fail, ok, warn } from './check.ts';

/** The machine itself: Node, ports, clock, disk, the way to the web services. */

/** As package.json says in engines. */
export const nodeLeast = [20, 19, 0] as const;

export function nodeCheck(found: string): Check {
  const parts = found.replace(/^v/, '').split('.').map(Number);
  const [less] = nodeLeast.flatMap((least, at) => {
    const part = parts[at] ?? 0;
    return part === least ? [] : [part < least];
  });
  if (less !== true) return ok('node', `Node ${found}`);
  const least = nodeLeast.join('.');
  return fail('node', `Node ${found} is too old`, `install Node ${least} or newer`);
}

const ports = [
  { port: 7400, whose: 'name server', flag: '--nameserver-port' },
  { port: 8080, whose: 'front end', flag: '--port' },
] as const;

async function portCheck(
  { port, whose, flag }: (typeof ports)[number], running: boolean,
): Promise<Check> {
  const name = `port ${port}`;
  const why = await whyNotListen(port);
  if (why === null) return ok(name, `port ${port} (${whose}) is free`);
  if (why !== 'EADDRINUSE') {
    return fail(name, `port ${port} (${whose}) can not be opened: ${why}`,
      `choose another one: orderly up ${flag} N`);
  }
  if (running) return ok(name, `port ${port} (${whose}) is in use, and a system is running here`);
  return warn(name, `port ${port} (${whose}) is in use by another program`,
    `stop that program, or choose any free port: orderly up ${flag} 0`);
}

export async function portChecks({ url }: Patient): Promise<Check[]> {
  const running = await isReady(url);
  return Promise.all(ports.map((one) => portCheck(one, running)));
}

const skewMsMax = 2_000;
const installedMarginMs = 86_400_000;

/** Against a front end where there is one; else a clock before our own file is surely wrong. */
export async function clockCheck({ io, url }: Patient): Promise<Check> {
  const fix = 'set the clock; let a time service keep it (timedatectl set-ntp true)';
  const { clock } = io;
  const installedMs = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  if (clock.wallMs() < installedMs - installedMarginMs) {
    const why = `the clock says ${clock.wallIso()}, which is before Orderly was installed`;
    return fail('clock', why, fix);
  }
  const { serverMs, tripMs } = await serverTime(url, clock);
  if (serverMs === null) {
    return ok('clock', `the clock says ${clock.wallIso()}; nobody to compare with`);
  }
  // The date of an answer is cut to whole seconds, and it was somewhere on its way.
  const skewMs = Math.max(0, Math.abs(clock.wallMs() - serverMs - 500) - 500 - tripMs);
  if (skewMs <= skewMsMax) return ok('clock', `the clock agrees with that of ${url}`);
  const by = `${(skewMs / 1_000).toFixed(1)} s`;
  return warn('clock', `the clock differs from that of ${url} by ${by}`, fix);
}

async function serverTime(
  url: string, clock: Patient['io']['clock'],
): Promise<{ serverMs: number | null; tripMs: number }> {
  const startMs = clock.nowMs();
  try {
    const answer = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(probeWithinMs) });
    await answer.body?.cancel();
    const serverMs = Date.parse(answer.headers.get('date') ?? '');
    return {
      serverMs: Number.isNaN(serverMs) ? null : serverMs, tripMs: clock.nowMs() - startMs,
    };
  } catch {
    // No front end runs: there is nothing to compare with.
    return { serverMs: null, tripMs: 0 };
  }
}

const megabyte = 1_048_576;
const roomWarn = 1_024 * megabyte;
const roomFail = 100 * megabyte;

/** The folder itself, or the nearest above it that is there. */
async function roomIn(dir: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(dir) === dir) throw error;
    return roomIn(dirname(dir));
  }
}

export async function spaceCheck({ home }: Patient): Promise<Check> {
  try {
    const room = await roomIn(home);
    const what = `${(room / megabyte / 1_024).toFixed(1)} GiB free for ${home}`;
    const fix = 'make room, or put the data elsewhere with ORDERLY_HOME or --data';
    if (room < roomFail) return fail('disk', what, fix);
    return room < roomWarn ? warn('disk', what, fix) : ok('disk', what);
  } catch (error) {
    return warn('disk', `the room on the disk of ${home} can not be told: ${codeOf(error)}`,
      'look at it with df');
  }
}

export async function geocoderChecks(): Promise<Check[]> {
  return Promise.all(liveServices.map(async (url): Promise<Check> => {
    const host = new URL(url).hostname;
    if (await answers(url, probeWithinMs)) return ok('geocoder', `${host} answers`);
    return warn('geocoder', `${host} can not be reached`,
      'orders are taken without it; for postcodes to try use --geocoders standin');
  }));
}
