import type { LabProgram } from '../lab.ts';
import type { CaseRun } from './case-run.ts';
import { silentBarMs } from './case.ts';
import type { ChaosCase } from './case.ts';
import { eachRole } from './disks.ts';

/** Wall clocks that jump; the monotonic clock goes on as it should. */

const hourMs = 3_600_000;
const jumps = [
  { what: 'one hour ahead', ms: hourMs }, { what: 'one hour back', ms: -hourMs },
  { what: '400 days ahead', ms: 400 * 24 * hourMs },
  { what: '400 days back', ms: -400 * 24 * hourMs },
];
const jumpForMs = 1_500;
const strobes = 40;
const strobeEveryMs = 50;

async function jumpClock(run: CaseRun, program: LabProgram): Promise<void> {
  const switches = run.equipped.switches(program.name);
  for (const { what, ms } of jumps) {
    await run.fault(`clock of ${program.name} jumps ${what}`, () => switches.setClock(ms),
      { barMs: silentBarMs });
    await run.rest(jumpForMs);
  }
  await run.fault(`clock of ${program.name} jumps to and fro`, async () => {
    for (let n = 0; n < strobes; n += 1) {
      switches.setClock(n % 2 === 0 ? 400 * 24 * hourMs : -hourMs);
      await run.rest(strobeEveryMs);
    }
  }, { barMs: silentBarMs });
  await run.mend('clock is right again', () => switches.heal());
  await run.rest(500);
}

export const clockCases: ChaosCase[] = [
  {
    number: 24,
    title: 'clock jumps of 1 h and 400 d, to and fro, at each role',
    equipment: 'switches',
    needs: ['preload'],
    run: async (run) => {
      for (const choose of eachRole) await jumpClock(run, await choose(run));
      await run.settled();
    },
  },
];
