import type { Begun, FaultGround, FaultKind } from './fault-kind.ts';
import { awake, backendToHit, startAgain } from './fault-kind.ts';
import type { LabProgram } from './lab.ts';

/** Faults of the disk and the wall clock of one program, which the programs can not see coming. */

const otherRoleShare = 0.25;
const hourMs = 3_600_000;
const clockJumpsMs = [hourMs, -hourMs, 400 * 24 * hourMs, -400 * 24 * hourMs, 5_000, -5_000];

async function programToHit(ground: FaultGround): Promise<LabProgram | null> {
  const { random } = ground;
  if (!random.chance(otherRoleShare)) return backendToHit(ground);
  return random.pick(awake(ground, 'nameserver', 'frontend')) ?? null;
}

/** What met a bad disk and did not end may have stopped to trust it: an operator restarts it. */
async function restarted(program: LabProgram): Promise<void> {
  if (program.role !== 'backend') await program.stop();
  await startAgain(program);
}

async function diskFull(ground: FaultGround): Promise<Begun | null> {
  const target = await programToHit(ground);
  if (target === null || ground.equipped === null) return null;
  const disk = ground.equipped.disk(target.name);
  ground.mayEnd(target);
  disk.fill();
  return {
    what: `fill the disk of ${target.name}`,
    holdMs: ground.random.between(1_000, 6_000),
    end: async () => {
      disk.free();
      await restarted(target);
    },
  };
}

async function syncError(ground: FaultGround): Promise<Begun | null> {
  const { random } = ground;
  const target = await programToHit(ground);
  if (target === null || ground.equipped === null) return null;
  const switches = ground.equipped.switches(target.name);
  const count = random.pick([1, 3, Number.POSITIVE_INFINITY]) ?? 1;
  ground.mayEnd(target);
  switches.failSyncs(count);
  return {
    what: `fsync fails at ${target.name}, ${count} times`,
    holdMs: random.between(300, 3_000),
    end: async () => {
      switches.failSyncs(0);
      await restarted(target);
    },
  };
}

async function slowDisk(ground: FaultGround): Promise<Begun | null> {
  const { random } = ground;
  const target = await programToHit(ground);
  if (target === null || ground.equipped === null) return null;
  const switches = ground.equipped.switches(target.name);
  const delayMs = random.pick([50, 300, 2_500]) ?? 50;
  switches.setSyncDelay(delayMs);
  return {
    what: `fsync takes ${delayMs} ms longer at ${target.name}`,
    holdMs: random.between(1_000, 8_000),
    end: async () => {
      switches.setSyncDelay(0);
      await Promise.resolve();
    },
  };
}

async function clock(ground: FaultGround): Promise<Begun | null> {
  const { random } = ground;
  const target = await programToHit(ground);
  if (target === null || ground.equipped === null) return null;
  const switches = ground.equipped.switches(target.name);
  const offsetMs = random.pick(clockJumpsMs) ?? hourMs;
  switches.setClock(offsetMs);
  return {
    what: `the clock of ${target.name} jumps by ${offsetMs / 1_000} s`,
    holdMs: random.between(1_000, 8_000),
    end: async () => {
      switches.setClock(0);
      await Promise.resolve();
    },
  };
}

export const diskFaults: readonly FaultKind[] = [
  { name: 'disk-full', weight: 1, links: false, disks: true, begin: diskFull },
  { name: 'fsync-error', weight: 1, links: false, disks: true, begin: syncError },
  { name: 'slow-disk', weight: 1, links: false, disks: true, begin: slowDisk },
  { name: 'clock', weight: 1, links: false, disks: true, begin: clock },
];
