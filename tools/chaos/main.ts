import type { Command } from 'commander';
import { exitCodeHelp } from '../../client/failure.ts';
import type { FaultKind } from './fault-kind.ts';
import { diskFaults } from './disk-faults.ts';
import { linkFaults } from './link-faults.ts';
import { processFaults } from './process-faults.ts';

/** `orderly chaos`: its arguments; run-command.ts carries it out. */

const examples = `
Examples:
  orderly chaos --minutes 5                  five minutes of every fault
  orderly chaos --seed 1507                  the faults of an earlier run again
  orderly chaos --faults kill,pause --local  without root, on this network
  orderly chaos --case 7                     one of the 35 listed cases
  orderly chaos --cases all --write docs/testing.md   all, with their table
  orderly chaos --self-test                  does the judge see lies?

Ends with 0 when every promise was kept, with 1 when one was not: history and
logs are kept then.
${exitCodeHelp}`;

const kinds: readonly FaultKind[] = [...processFaults, ...linkFaults, ...diskFaults];

const chaosOptions = (command: Command): Command => command
  .option('--minutes <t>', 'how long faults are done', '3')
  .option('--seed <n>', 'choose the faults as that run did (default: a new one, printed)')
  .option('--backends <n>', 'how many back ends', '3')
  .option('--frontends <n>', 'how many front ends', '2')
  .option('--customers <n>', 'how many send orders at a time', '10')
  .option('--faults <kinds>', `only these: ${kinds.map(({ name }) => name).join(', ')}`)
  .option('--hosts', 'each program on a host of its own (Linux, root); without it: if possible')
  .option('--local', 'all on 127.0.0.1: no faults of links')
  .option('--keep', 'keep history and logs also when all is well')
  .option('--self-test', 'only test the judge, with a lying front end and with lies of its own')
  .option('--case <n>', 'run this one of the 35 listed cases instead, see docs/testing.md')
  .option('--cases <list>', 'run these, one after the other: 1..35, or 1,4,20..23, or all')
  .option('--seconds <n>', 'how long a case goes on that repeats its faults', '15')
  .option('--write <file>', 'bring the table of cases in that document up to date')
  .option('--json', 'one JSON object on stdout');

export function addChaosCommand(program: Command): void {
  chaosOptions(program.command('chaos'))
    .description('Do faults to real processes under load, then look whether every promise held.')
    .addHelpText('after', examples)
    .action(async (opts: unknown) => {
      const { readChaosConfig } = await import('./config.ts');
      const config = readChaosConfig(opts, kinds);
      process.exitCode = await (await import('./run-command.ts')).runCommand(config);
    });
}
