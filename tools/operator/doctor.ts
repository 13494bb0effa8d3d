import type { Command } from 'commander';
import { exitCodes, stoppedFailure } from '../../client/failure.ts';
import { told } from '../../client/view/told.ts';
import type { Surroundings } from '../own-command.ts';
import { exampleHelp, machineOutput, operatorCommand } from './command.ts';
import type { Check, Patient } from './doctor/check.ts';

/** `orderly doctor`: can this machine run it, and what mends what is wrong. */

interface DoctorOptions {
  json?: boolean;
  home?: string;
  url?: string;
}

const usualUrl = 'http://127.0.0.1:8080';

/** Begun at once; each is told in its turn. */
async function begin(patient: Patient): Promise<Promise<Check[]>[]> {
  const machine = await import('./doctor/machine.ts');
  const data = await import('./doctor/data.ts');
  const { multicastChecks } = await import('./doctor/multicast.ts');
  const folder = data.folderCheck(patient);
  return [
    Promise.resolve([machine.nodeCheck(process.version)]),
    Promise.resolve([folder]),
    data.sqliteCheck(patient).then((check) => [check]),
    machine.spaceCheck(patient).then((check) => [check]),
    data.keyChecks(patient),
    machine.portChecks(patient),
    machine.clockCheck(patient).then((check) => [check]),
    multicastChecks(patient),
    machine.geocoderChecks(),
  ];
}

const colourOf = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

async function examine(
  { io, terminal, end }: Surroundings, options: DoctorOptions,
): Promise<void> {
  const { parseUrl } = await import('../../client/client-config.ts');
  const url = parseUrl(options.url ?? io.env['ORDERLY_URL'] ?? usualUrl);
  const { paint } = terminal.screen;
  const all: Check[] = [];
  for (const begun of await begin({ io, home: options.home ?? io.home, url })) {
    // In the order of the list, each as soon as it is known.
    // oxlint-disable-next-line no-await-in-loop
    const checks = await begun;
    if (io.stop.aborted) throw stoppedFailure(io.stop.reason);
    all.push(...checks);
    if (options.json === true) continue;
    for (const { status, what, fix } of checks) {
      terminal.print(`${paint[colourOf[status]](status.padEnd(4))}  ${told(what)}`);
      if (fix !== null) terminal.print(`      fix: ${told(fix)}`);
    }
  }
  const has = (status: Check['status']): boolean => all.some((check) => check.status === status);
  const worst = has('fail') ? 'fail' : has('warn') ? 'warn' : 'ok';
  if (options.json === true) terminal.printJson({ status: worst, checks: all });
  if (worst === 'fail') end(exitCodes.failed);
  if (worst === 'warn') end(exitCodes.degraded);
}

export function doctorCommand(at: Surroundings): Command {
  const command = machineOutput(operatorCommand(
    'doctor', 'Can this machine run Orderly? What is wrong, and what mends it.')
    .option('--home <dir>', 'folder of the data (environment: ORDERLY_HOME)')
    .option('--url <url>', `a front end to compare the clock with (else ${usualUrl})`))
    .addHelpText('after', exampleHelp(`
      orderly doctor
      orderly doctor --home /srv/orderly
      orderly doctor --json`, `
Ends with 0 when all is well, with 4 after a warning, with 1 when something
has to be mended first.`));
  return command.action(() => examine(at, command.opts<DoctorOptions>()));
}
