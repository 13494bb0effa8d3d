import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LabProgram } from '../lab.ts';
import type { CaseRun } from './case-run.ts';
import type { ChaosCase } from './case.ts';

/** Who is who: copied, emptied, new and replaced servers. */

/** Starts the name server on another folder. */
async function nameserverOn(run: CaseRun, dataFolder: string): Promise<void> {
  await run.nameserver.stop();
  run.nameserver.setUp({ dataFolder });
  await run.nameserver.start();
}

/** The files of a name server, without the lock of the process that uses them. */
function copyViews(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  cpSync(from, to, { recursive: true, filter: (name) => !name.endsWith('/lock') });
}

const viewNumber = async (run: CaseRun): Promise<number> =>
  (await run.lab.status()).view?.viewNumber ?? 0;

/** Kills the primary and waits for whoever follows it. */
async function changeView(run: CaseRun, serves: boolean): Promise<LabProgram> {
  const primary = await run.primary();
  await run.fault(`kill -9 ${primary.name} (primary)`, () => primary.kill(), { serves });
  return primary;
}

async function copiedNameServer(run: CaseRun): Promise<void> {
  const original = run.nameserver.dataFolder;
  const copy = join(run.lab.home, 'nameserver-copy');
  await run.fault('the name server is stopped and its folder copied', async () => {
    await run.nameserver.stop();
    copyViews(original, copy);
    await run.nameserver.start();
  });
  await run.settled();
  const killed = await changeView(run, true);
  await run.served();
  await killed.start();
  await run.settled();
  const ahead = await viewNumber(run);
  const logged = logLength(run.nameserver);
  await run.fault('its copy, which knows less, takes its place', () => nameserverOn(run, copy));
  await run.rest(6_000);
  run.expect('the copy changes no view', await viewNumber(run) <= ahead);
  const late = await changeView(run, false);
  await run.rest(4_000);
  run.expect('the copy elects nobody', await viewNumber(run) <= ahead);
  run.expect('the copy says so in its log', saidSince(run.nameserver, logged, 'has seen view'));
  await run.mend('the original is back', () => nameserverOn(run, original));
  await run.served();
  await late.start();
  await run.settled();
  run.expect('no view went back', await viewNumber(run) >= ahead);
}

const logLength = (program: LabProgram): number => readFileSync(program.logFile, 'utf8').length;

/** True when a program has written these words into its log since. */
const saidSince = (program: LabProgram, from: number, words: string): boolean =>
  readFileSync(program.logFile, 'utf8').slice(from).includes(words);

async function emptyNameServer(run: CaseRun): Promise<void> {
  const original = run.nameserver.dataFolder;
  const before = await viewNumber(run);
  const primary = await run.primary();
  const witness = await run.backup();
  const logged = logLength(witness);
  await run.fault('an empty name server takes the place of the old one', () =>
    nameserverOn(run, join(run.lab.home, 'nameserver-empty')));
  await run.rest(6_000);
  const acked = run.load.ackedAtMs.length;
  await run.fault(`kill -9 ${primary.name} (primary)`, () => primary.kill(), { serves: false });
  await run.rest(6_000);
  run.expect('nobody is elected by an empty name server', (await viewNumber(run)) <= before);
  run.expect('orders had gone on until the primary died', acked > 0);
  run.expect('a back end says in its log whom it refuses',
    saidSince(witness, logged, 'belongs to another cluster'));
  await run.mend('the old name server is back', () => nameserverOn(run, original));
  await run.served();
  await run.mend(`start ${primary.name}`, () => primary.start());
  await run.settled();
  rmSync(join(run.lab.home, 'nameserver-empty'), { recursive: true, force: true });
}

async function joinAndReplace(run: CaseRun): Promise<void> {
  await run.mend('a fourth back end joins', () => run.lab.addBackend());
  await run.settled(4);
  const leaver = await run.backup();
  await run.fault(`${leaver.name} leaves for good`, () => run.lab.removeBackend(leaver.name));
  await run.settled(3);
  await run.mend('a new back end takes its place', () => run.lab.addBackend());
  await run.settled(4);
  const primary = await run.primary();
  await run.fault(`${primary.name} (primary) leaves for good`, () =>
    run.lab.removeBackend(primary.name));
  await run.settled(3);
}

export const identityCases: ChaosCase[] = [
  {
    number: 25,
    title: 'two name servers from one copied folder',
    note: 'one after the other at one address: programs know one address only',
    run: copiedNameServer,
  },
  { number: 26, title: 'an empty name server, old back ends', run: emptyNameServer },
  { number: 27, title: 'a fourth store joins, one is replaced for good', run: joinAndReplace },
];
