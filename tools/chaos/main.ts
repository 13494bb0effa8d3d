import type { Command } from 'commander';
import { runCases } from './cases/run-cases.ts';
import { chaosOptions, readChaosConfig } from './config.ts';
import type { ChaosConfig } from './config.ts';
import type { FaultKind } from './fault-kind.ts';
import { diskFaults } from './disk-faults.ts';
import { linkFaults } from './link-faults.ts';
import { processFaults } from './process-faults.ts';
import { reportJson, reportText } from './report.ts';
import { runChaos } from './run.ts';
import type { ChaosOptions, ChaosResult } from './run.ts';
import { liesOfAProxy } from './self-test.ts';

const examples = `
Examples:
  orderly chaos --minutes 5                  five minutes of every fault there is
  orderly chaos --seed 1507                  the faults of an earlier run, in the same order
  orderly chaos --faults kill,pause --local  without root: only what needs no network of its own
  orderly chaos --case 7                     one of the 35 listed cases
  orderly chaos --cases all --write docs/testing.md
                                             all of them, their table into that document
  orderly chaos --self-test                  is the judge able to see what it is for?

Exit codes: 0 every promise was kept, 1 one was not (history and logs are kept)`;

const kinds: readonly FaultKind[] = [...processFaults, ...linkFaults, ...diskFaults];
const thinkMs = [30, 130] as const;

const say = (line: string): void => {
  process.stderr.write(`chaos: ${line}\n`);
};

function optionsOf(config: ChaosConfig): ChaosOptions {
  const { faultsMs, seed, placement, backends, frontends, customers, keep } = config;
  return {
    faultsMs, seed, placement, backends, frontends, customers, keep, thinkMs, home: null, say,
    kinds: config.kinds,
  };
}

/** Honest programs behind a lying proxy: a run without a fault that must be found wanting. */
async function selfTest(config: ChaosConfig): Promise<number> {
  const results = await liesOfAProxy({ ...optionsOf(config), keep: false });
  const blind = results.filter(({ problems }) => problems.length === 0);
  for (const { lie, problems } of results) {
    process.stdout.write(`${lie}: ${problems[0]?.split('\n')[0] ?? 'NOT SEEN'}\n`);
  }
  return blind.length === 0 ? 0 : 1;
}

async function runCommand(config: ChaosConfig): Promise<number> {
  if (config.selfTest) return selfTest(config);
  const { cases } = config;
  if (cases !== null) {
    const { seconds, seed, customers, placement, keep, json, write } = config;
    const print = (text: string): void => { process.stdout.write(text); };
    return runCases({
      cases, seconds, seed, customers, placement, keep, json, write, home: null, say, print,
    });
  }
  const result: ChaosResult = await runChaos(optionsOf(config));
  process.stdout.write(config.json ? reportJson(result) : reportText(result));
  return result.problems.length === 0 ? 0 : 1;
}

export function addChaosCommand(program: Command): void {
  chaosOptions(program.command('chaos'), kinds)
    .description('Do faults to real processes under load, then look whether every promise held.')
    .addHelpText('after', examples)
    .action(async (opts: unknown) => {
      process.exitCode = await runCommand(readChaosConfig(opts, kinds));
    });
}
