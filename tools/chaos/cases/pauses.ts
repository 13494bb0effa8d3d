import type { LabProgram } from '../lab.ts';
import type { CaseRun } from './case-run.ts';
import { killedBarMs, silentBarMs } from './case.ts';
import type { ChaosCase } from './case.ts';

/** Processes that live and say nothing (SIGSTOP). */

const pausesMs = [500, 3_000, 20_000];

async function pause(run: CaseRun, program: LabProgram, ms: number): Promise<void> {
  await run.fault(`stop ${program.name} for ${ms / 1_000} s`, () => program.pause(),
    { barMs: silentBarMs });
  await run.rest(ms);
  await run.mend(`wake ${program.name}`, () => program.resume());
  await run.settled();
  await run.rest(3_000);
}

async function killWhileNobodyArbitrates(run: CaseRun): Promise<void> {
  const queued = run.load.queued;
  await run.fault('stop the name server', () => run.nameserver.pause());
  await run.rest(4_000);
  const primary = await run.primary();
  await run.fault(`kill -9 ${primary.name} (primary)`, () => primary.kill(), { serves: false });
  await run.rest(8_000);
  run.expect('the front ends queue while nobody can elect', run.load.queued > queued);
  await run.mend('wake the name server', () => run.nameserver.resume(),
    { barMs: killedBarMs + silentBarMs });
  await run.served();
  run.note(`${run.load.queued - queued} orders were queued`);
  await run.mend(`start ${primary.name}`, () => primary.start());
  await run.settled();
}

export const pauseCases: ChaosCase[] = [
  {
    number: 5,
    title: 'stop (SIGSTOP) the primary for 0.5, 3 and 20 s',
    run: async (run) => {
      for (const ms of pausesMs) await pause(run, await run.primary(), ms);
    },
  },
  {
    number: 6,
    title: 'stop a backup for 0.5, 3 and 20 s',
    run: async (run) => {
      for (const ms of pausesMs) await pause(run, await run.backup(), ms);
    },
  },
  {
    number: 7,
    title: 'stop the name server, then kill the primary: orders queue, then go on',
    run: killWhileNobodyArbitrates,
  },
];
