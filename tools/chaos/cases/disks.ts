import type { LabProgram } from '../lab.ts';
import { damages, keepCopy, restoreCopy } from '../faults/store-damage.ts';
import type { CaseRun } from './case-run.ts';
import type { ChaosCase } from './case.ts';

/** Disks that lose, fail, fill up, are slow, or hold something else than was written. */

async function losePower(run: CaseRun, programs: readonly LabProgram[]): Promise<void> {
  const names = programs.map(({ name }) => name).join(', ');
  const all = programs.length > 1;
  run.foresee(...programs);
  await run.fault(`power of ${names} is cut`, async () => {
    for (const { name } of programs) run.equipped.disk(name).cutPower();
    await Promise.all(programs.map((one) => one.kill()));
  }, { serves: !all });
  await run.rest(2_000);
  await run.mend('power is back', async () => {
    for (const { name } of programs) {
      await run.equipped.disk(name).unmount();
      run.equipped.disk(name).mount();
    }
    await Promise.all(programs.map((one) => one.start()));
  });
  await run.settled();
  await run.rest(1_500);
}

async function powerCases(run: CaseRun): Promise<void> {
  await losePower(run, [await run.backup()]);
  await losePower(run, [await run.primary()]);
  await losePower(run, [run.nameserver]);
  await losePower(run, run.lab.byRole('backend'));
  const backends = run.lab.byRole('backend');
  const queued = run.load.queued;
  await run.fault('kill -9 all back ends', () =>
    Promise.all(backends.map((one) => one.kill())), { serves: false });
  await run.until('the front ends queue orders', async () => run.load.queued > queued, 15_000);
  run.note(`${run.load.queued - queued} orders queued when the front end's power went`);
  run.foresee(run.frontend);
  await run.fault('power of frontend-1 is cut', async () => {
    run.equipped.disk(run.frontend.name).cutPower();
    await run.frontend.kill();
  }, { serves: false });
  await run.mend('power is back, the back ends too', async () => {
    await run.equipped.disk(run.frontend.name).unmount();
    run.equipped.disk(run.frontend.name).mount();
    await Promise.all([run.frontend, ...backends].map((one) => one.start()));
  });
  await run.settled();
}

/** Starts a program that left by itself, and tells how it left. */
async function startAgain(run: CaseRun, program: LabProgram): Promise<void> {
  if (program.pid !== null) return;
  const code = program.ends.at(-1)?.code;
  run.note(`a ${program.role} left with code ${code}`);
  await program.start();
}

/**
 * Makes a program write while its disk is bad: a name server when the set of members changes, a
 * front end when no back end takes orders. Gives what undoes it.
 */
async function makeItWrite(run: CaseRun, program: LabProgram): Promise<() => Promise<void>> {
  if (program.role === 'backend') return async () => {};
  const victims = program.role === 'frontend' ? run.lab.byRole('backend') : [await run.backup()];
  await run.fault(`kill -9 ${victims.map(({ name }) => name).join(', ')}`, () =>
    Promise.all(victims.map((one) => one.kill())), { serves: false });
  return async () => { await Promise.all(victims.map((one) => one.start())); };
}

async function fillDisk(run: CaseRun, program: LabProgram): Promise<void> {
  run.foresee(program);
  await run.fault(`disk of ${program.name} is full`, () => {
    run.equipped.disk(program.name).fill();
  }, { serves: program.role !== 'frontend' });
  const undo = await makeItWrite(run, program);
  await run.rest(6_000);
  await run.mend('room is made', async () => {
    run.equipped.disk(program.name).free();
    await startAgain(run, program);
    await undo();
  });
  await run.settled();
  await run.rest(1_500);
}

async function failSync(run: CaseRun, program: LabProgram, count: number): Promise<void> {
  const switches = run.equipped.switches(program.name);
  const failedBefore = switches.syncsFailed;
  run.foresee(program);
  const often = count === 1 ? 'once' : 'from now on';
  await run.fault(`fsync of ${program.name} fails (EIO) ${often}`, () => switches.failSyncs(count),
    { serves: program.role !== 'frontend' });
  const undo = await makeItWrite(run, program);
  await run.rest(5_000);
  if (switches.syncsFailed === failedBefore) run.note(`${program.role} synced nothing`);
  await run.mend('the disk is sound again', async () => {
    switches.heal();
    await undo();
    await startAgain(run, program);
  });
  await run.settled();
  await run.rest(1_500);
}

async function slowSync(run: CaseRun, program: LabProgram): Promise<void> {
  run.foresee(program);
  const switches = run.equipped.switches(program.name);
  await run.fault(`fsync of ${program.name} takes 2 s`, () => switches.setSyncDelay(2_000));
  await run.rest(Math.max(15, run.seconds / 2) * 1_000);
  await run.mend('fsync is fast again', () => switches.heal());
  await run.settled();
  await run.rest(2_000);
}

/** Primary, backup, name server, front end: each of them at the moment when its turn comes. */
export const eachRole: ((run: CaseRun) => Promise<LabProgram>)[] = [
  (run) => run.backup(), (run) => run.primary(), async (run) => run.nameserver,
  async (run) => run.frontend,
];

async function damageStores(run: CaseRun): Promise<void> {
  for (const [name, damage] of Object.entries(damages)) {
    const backend = run.random.chance(0.5) ? await run.backup() : await run.primary();
    run.foresee(backend);
    await run.fault(`${backend.name} is killed; ${name}`, async () => {
      await backend.kill();
      const did = damage(backend.dataFolder, run.random);
      if (did.startsWith('there is no') || did.endsWith('empty')) run.note(did);
    });
    await run.rest(1_000);
    await run.mend(`start ${backend.name}`, () => backend.start());
    await run.settled();
    await run.rest(1_000);
  }
}

async function restoreOldCopy(run: CaseRun): Promise<void> {
  const backend = await run.backup();
  const copy = `${backend.dataFolder}.copy`;
  await run.fault(`${backend.name} is killed and copied`, async () => {
    await backend.kill();
    keepCopy(backend.dataFolder, copy);
  });
  await run.mend(`start ${backend.name}`, () => backend.start());
  await run.settled();
  await run.rest(3_000);
  await run.fault(`${backend.name} is killed; the old copy takes the place of its files`,
    async () => {
      await backend.kill();
      restoreCopy(copy, backend.dataFolder);
    });
  await run.mend(`start ${backend.name}`, () => backend.start());
  await run.settled();
}

export const diskCases: ChaosCase[] = [
  {
    number: 19,
    title: 'power loss: a backup, the primary, name server, all back ends, front end with a queue',
    equipment: 'small-disks',
    needs: ['small-disks'],
    run: powerCases,
  },
  {
    number: 20,
    title: 'disk full at each role',
    equipment: 'small-disks',
    needs: ['small-disks'],
    run: async (run) => {
      for (const choose of eachRole) await fillDisk(run, await choose(run));
    },
  },
  {
    number: 21,
    title: 'fsync fails (EIO) at each role, once and lasting',
    equipment: 'switches',
    needs: ['preload'],
    run: async (run) => {
      for (const choose of eachRole) {
        await failSync(run, await choose(run), 1);
        await failSync(run, await choose(run), Infinity);
      }
    },
  },
  {
    number: 22,
    title: 'fsync takes 2 s at a backup, at the primary',
    equipment: 'switches',
    needs: ['preload'],
    run: async (run) => {
      await slowSync(run, await run.backup());
      await slowSync(run, await run.primary());
    },
  },
  {
    number: 23,
    title: 'files damaged while stopped: flips, WAL cut, WAL or store deleted, old copy restored',
    run: async (run) => {
      await damageStores(run);
      await restoreOldCopy(run);
    },
  },
];
