import { exitCodes, stoppedFailure, type ExitCode } from '../../client/failure.ts';
import type { Io, Terminal } from '../../client/terminal.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { endOfProgram } from '../program-failure.ts';
import { prepareCluster, quietCluster } from '../up/cluster.ts';
import type { Door } from '../up/front-door.ts';
import { Bench } from './bench.ts';
import { compare, comparisonText, readReport, worseBy } from './compare.ts';
import type { Comparison } from './compare.ts';
import type { BenchConfig } from './config.ts';
import type { FailoverResult } from './failover.ts';
import { canDrawBlocks } from './histogram.ts';
import { machineFacts } from './machine.ts';
import { makeReport } from './report.ts';
import type { Report } from './report.ts';
import { failoverText, runText, suiteText } from './report-text.ts';
import type { Result } from './tally.ts';

type Results = readonly (Result | FailoverResult)[];

/** All of it for people. */
function textOf(
  results: Results, comparison: Comparison | null, drawn: { terminal: Terminal; blocks: boolean },
): string {
  const { terminal: { screen }, blocks } = drawn;
  const [first] = results;
  return [
    results.length === 1 && first !== undefined
      ? runText(first, screen, blocks) : suiteText(results, screen, blocks),
    ...results.flatMap((result) => ('kills' in result ? [failoverText(result)] : [])),
    ...comparison === null ? [] : [comparisonText(comparison, screen)],
  ].join('\n\n');
}

/** What was promised is there, once, and something was done at all. */
function isGood(results: Results): boolean {
  return results.every((result) => result.acknowledged > 0
    && (!('kills' in result)
      || result.books.missing.length + result.books.doubled.length === 0));
}

const stopCode = (io: Io): ExitCode =>
  (io.stop.reason === exitCodes.terminated ? exitCodes.terminated : exitCodes.interrupted);

interface Talk {
  io: Io;
  terminal: Terminal;
}

/** `before`: the earlier report, to compare with. */
async function measure(
  door: Door, { config, before }: { config: BenchConfig; before: Report | null },
  { io, terminal }: Talk,
): Promise<ExitCode> {
  const blocks = canDrawBlocks(io.env);
  const at = systemClock.wallIso();
  const say = (line: string): void => terminal.say(`bench: ${line}`);
  const results = await new Bench(door, config, { io, blocks, say }).run();
  if (results.length === 0) throw stoppedFailure(io.stop.reason);
  const made = makeReport(results, { machine: machineFacts(), at });
  const comparison = before === null ? null : compare(before, made);
  if (config.json) terminal.printJson(comparison === null ? made : { ...made, comparison });
  else terminal.print(textOf(results, comparison, { terminal, blocks }));
  if (io.stop.aborted) return stopCode(io);
  if (!isGood(results)) return exitCodes.failed;
  return verdict(comparison, config.failWorsePercent, say);
}

function verdict(
  comparison: Comparison | null, percent: number | null, say: (line: string) => void,
): ExitCode {
  if (comparison === null || percent === null) return exitCodes.ok;
  const worse = worseBy(comparison, percent);
  for (const { figure, before, now } of worse) {
    say(`${figure} is worse by more than ${percent}%: ${before} before, ${now} now`);
  }
  return worse.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** Rejects when the user stops it. */
const stopped = ({ stop }: Io): Promise<never> => new Promise((_resolve, reject) => {
  const end = (): void => reject(stoppedFailure(stop.reason));
  if (stop.aborted) end();
  stop.addEventListener('abort', end, { once: true });
});

/** Its own system has programs of its own sessions: Ctrl-C reaches this program alone. */
async function withOwnSystem(
  { io, terminal }: Talk, work: (door: Door) => Promise<ExitCode>,
): Promise<ExitCode> {
  const startedMs = systemClock.nowMs();
  terminal.say('bench: starting a system');
  const cluster = await prepareCluster(quietCluster);
  const killAll = (): void => cluster.killNow();
  // A second Ctrl-C ends this program at once, and must not leave the system behind.
  process.once('exit', killAll);
  try {
    await Promise.race([cluster.start(), stopped(io)]);
    const seconds = ((systemClock.nowMs() - startedMs) / 1_000).toFixed(1);
    terminal.say(`bench: a system of its own is ready after ${seconds} s: `
      + `${cluster.backends.length} back ends`);
    return await work(cluster.door());
  } finally {
    if (io.stop.aborted) cluster.killNow();
    else await cluster.stop();
    process.off('exit', killAll);
  }
}

/** Resolves with the exit code; throws a Failure. */
export async function runBench(config: BenchConfig, io: Io, terminal: Terminal): Promise<ExitCode> {
  const talk = { io, terminal };
  const plan = { config, before: config.compare === null ? null : readReport(config.compare) };
  try {
    if (config.target !== null) return await measure(config.target, plan, talk);
    return await withOwnSystem(talk, (door) => measure(door, plan, talk));
  } catch (error) {
    throw endOfProgram(error);
  }
}
