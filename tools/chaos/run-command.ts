import { runCases } from './cases/run-cases.ts';
import type { ChaosConfig } from './config.ts';
import { reportJson, reportText } from './report.ts';
import { runChaos } from './run.ts';
import type { ChaosOptions, ChaosResult } from './run.ts';
import { liesOfAProxy } from './self-test.ts';

/** What `orderly chaos` carries out. */

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

/** Resolves with the exit code. */
export async function runCommand(config: ChaosConfig): Promise<number> {
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
