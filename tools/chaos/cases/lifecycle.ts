import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LabProgram } from '../lab.ts';
import type { CaseRun } from './case-run.ts';
import { killedBarMs } from './case.ts';
import type { ChaosCase } from './case.ts';
import { compactedCluster, wipe } from './far-behind.ts';
import { buildOtherVersion } from './other-version.ts';

/** Upgrades, hand-overs, stores far behind, and the whole machine at once. */

/** Every program in turn, the primary last, with another command. */
async function roll(run: CaseRun, what: string, wrap: readonly string[]): Promise<void> {
  const primary = await run.primary();
  const backends = run.lab.byRole('backend').filter(({ name }) => name !== primary.name);
  for (const program of [run.nameserver, ...backends, primary, ...run.lab.byRole('frontend')]) {
    await run.fault(`${what} ${program.name}`, async () => {
      await program.stop();
      program.setUp({ wrap });
      await program.start();
    });
    if (program.role === 'backend') await run.settled();
    await run.rest(1_000);
  }
  await run.settled();
}

async function upgradeAndBack(run: CaseRun): Promise<void> {
  const other = buildOtherVersion(run.lab.home);
  await roll(run, 'upgrade', other.wrap);
  const versions = [...(await run.lab.status()).backends.values()].map(({ version }) => version);
  run.expect('all back ends run the other version', versions.length > 0
    && versions.every((one) => one === other.number));
  await roll(run, 'downgrade', []);
}

const errorCount = (run: CaseRun): number =>
  [...run.load.errors.values()].reduce((sum, n) => sum + n, run.load.unknown);

async function handOver(run: CaseRun): Promise<void> {
  const before = errorCount(run);
  await run.untilOver(async () => {
    const primary = await run.primary();
    await run.fault(`${primary.name} (primary) is asked to end`, () => primary.stop(),
      { barMs: killedBarMs });
    await run.served();
    await run.mend(`start ${primary.name}`, () => primary.start());
    await run.settled();
    await run.rest(1_000);
  });
  run.expect('no client saw an error during the hand-overs', errorCount(run) === before);
}

async function rejoinFarBehind(run: CaseRun): Promise<void> {
  const backup = await run.backup();
  await run.fault(`kill -9 ${backup.name}`, () => backup.kill());
  await run.served();
  await run.lab.untilInSync(run.lab.byRole('backend').length - 1, 30_000);
  await compactedCluster(run, run.lab.byRole('backend').length - 1);
  await run.mend(`start ${backup.name}, far behind`, () => backup.start());
  await run.settled();
  const [first, ...others] = [...(await run.lab.status()).backends.values()];
  run.expect('it has what the others have', others.every((one) =>
    Math.abs(one.commitLsn - (first?.commitLsn ?? 0)) < 1_000));
}

async function killDuringSnapshot(run: CaseRun): Promise<void> {
  await compactedCluster(run);
  for (const afterMs of [700, 1_200, 2_000]) {
    const receiver = await run.backup();
    await receiver.kill();
    wipe(receiver);
    await run.mend(`start ${receiver.name} with an empty folder`, () => receiver.start());
    await run.rest(afterMs);
    const sender = await run.primary();
    await run.fault(`kill -9 ${sender.name} (primary) while it sends a snapshot`, () =>
      sender.kill(), { serves: false });
    await run.rest(1_000);
    await run.mend(`start ${sender.name}`, () => sender.start());
    await run.fault(`kill -9 ${receiver.name} while it fetches`, () => receiver.kill(),
      { serves: false });
    await run.mend(`start ${receiver.name}`, () => receiver.start());
    await run.settled();
  }
}

/** Takes a program's files out of the page cache, so that it starts cold. */
function dropCached(program: LabProgram): void {
  for (const entry of readdirSync(program.dataFolder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(program.dataFolder, entry.name);
    execFileSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
  }
}

async function restartOfEverything(run: CaseRun): Promise<void> {
  await run.untilOver(async () => {
    const programs = run.lab.programs.filter(({ role }) => role !== 'geocoder');
    await run.fault('kill -9 everything', () =>
      Promise.all(programs.map((one) => one.kill())), { serves: false });
    programs.forEach(dropCached);
    await run.mend('start everything, with cold caches', () =>
      Promise.all(programs.map((one) => one.start())));
    await run.settled();
    await run.rest(4_000);
  });
}

export const lifecycleCases: ChaosCase[] = [
  {
    number: 28,
    title: 'rolling upgrade and downgrade by one version',
    note: 'the other version is this one under another number',
    run: upgradeAndBack,
  },
  { number: 29, title: 'hand-over under load, no error visible', run: handOver },
  {
    number: 30,
    title: 'the log is cut, a store far behind comes back',
    run: rejoinFarBehind,
  },
  {
    number: 34,
    title: 'the primary is killed again and again during a snapshot',
    run: killDuringSnapshot,
  },
  {
    number: 35,
    title: 'restart of the whole machine: all processes, cold caches',
    run: restartOfEverything,
  },
];
