import type { Begun, FaultGround, FaultKind } from './fault-kind.ts';
import { awake, backendToHit, startAgain } from './fault-kind.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { LabProgram } from './lab.ts';

/** Faults that a process suffers: they need no network and no disk of its own. */

const syncWithinMs = 20_000;
const frontendShare = 0.15;

async function killed(programs: LabProgram[]): Promise<void> {
  await Promise.all(programs.map((one) => one.kill()));
}

async function kill(ground: FaultGround): Promise<Begun | null> {
  const { random } = ground;
  const target = random.chance(frontendShare)
    ? random.pick(awake(ground, 'frontend')) ?? null : await backendToHit(ground);
  if (target === null) return null;
  await killed([target]);
  return {
    what: `kill ${target.name}`,
    holdMs: random.pick([0, 200, 1_000, 3_000, 8_000]) ?? 0,
    end: () => startAgain(target),
  };
}

async function killAll(ground: FaultGround): Promise<Begun | null> {
  const { lab, random } = ground;
  const everything = random.chance(0.3);
  const victims = everything
    ? lab.programs.filter(({ role }) => role !== 'geocoder') : lab.byRole('backend');
  await killed([...victims]);
  return {
    what: `kill ${everything ? 'everything' : 'all back ends'}`,
    holdMs: random.between(0, 3_000),
    end: async () => {
      await Promise.all(random.shuffle(victims).map(async (one, n) => {
        await systemClock.sleep(n * 300);
        await startAgain(one);
      }));
    },
  };
}

async function pause(ground: FaultGround): Promise<Begun | null> {
  const { random } = ground;
  const target = random.chance(frontendShare)
    ? random.pick(awake(ground, 'frontend')) ?? null : await backendToHit(ground);
  if (target === null) return null;
  target.pause();
  return {
    what: `pause ${target.name}`,
    holdMs: random.pick([500, 3_000, 8_000]) ?? 500,
    end: () => Promise.resolve(target.resume()),
  };
}

async function down(ground: FaultGround): Promise<Begun | null> {
  const { lab, random } = ground;
  const target = await backendToHit(ground);
  if (target === null) return null;
  await lab.switchDown(target.name, true);
  return {
    what: `switch ${target.name} down`,
    holdMs: random.between(1_000, 6_000),
    // A process that was started since is up.
    end: async () => { if (target.ready) await lab.switchDown(target.name, false); },
  };
}

async function restart(ground: FaultGround): Promise<Begun | null> {
  const target = await backendToHit(ground);
  if (target === null) return null;
  await target.stop();
  return { what: `restart ${target.name}`, holdMs: 0, end: () => startAgain(target) };
}

async function nameserver(ground: FaultGround): Promise<Begun | null> {
  const { lab, random } = ground;
  const target = lab.program('nameserver');
  if (!target.ready || target.paused) return null;
  const pausing = random.chance(0.3);
  if (pausing) target.pause();
  else await target.kill();
  // Without a name server nobody can be elected: then the loss of the primary has to be waited out.
  const primary = random.chance(0.3) ? await lab.primary() : null;
  if (primary !== null) await primary.kill();
  return {
    what: `${pausing ? 'pause' : 'kill'} nameserver${primary === null ? '' : `, ${primary.name}`}`,
    holdMs: random.between(500, 6_000),
    end: async () => {
      if (pausing) target.resume();
      await Promise.all([target, ...primary === null ? [] : [primary]].map(startAgain));
    },
  };
}

async function rolling(ground: FaultGround): Promise<Begun | null> {
  const { lab } = ground;
  const all = [...lab.byRole('backend'), ...lab.byRole('frontend'), lab.program('nameserver')];
  if (all.some(({ ready, paused }) => !ready || paused)) return null;
  for (const one of all) {
    await one.stop();
    await startAgain(one);
    await lab.untilInSync(lab.byRole('backend').length, syncWithinMs);
  }
  return { what: 'restart one after the other', holdMs: 0, end: () => Promise.resolve() };
}

/** One more back end; then one of those that were there leaves for good. */
async function grow(ground: FaultGround): Promise<Begun | null> {
  const { lab, random, backends } = ground;
  if (lab.byRole('backend').length > backends) return null;
  const added = await lab.addBackend();
  return {
    what: `add ${added.name}`,
    holdMs: random.between(1_000, 4_000),
    end: async () => {
      // The others must have all that the leaving one has.
      if (!await lab.untilInSync(backends + 1, syncWithinMs)) return;
      const leaving = random.pick(lab.byRole('backend').filter((one) => one !== added));
      if (leaving !== undefined) await lab.removeBackend(leaving.name);
    },
  };
}

async function geocoders(ground: FaultGround): Promise<Begun | null> {
  const { lab, random } = ground;
  const both = ['primary', 'secondary'] as const;
  const hit = random.pick([...both.map((one) => [one]), [...both]]) ?? [];
  const mode = random.pick(['down', 'silent', 'reset'] as const) ?? 'down';
  const set = (to: string): Promise<unknown> => Promise.all(hit.map((service) =>
    lab.geocoderControl(service, { method: 'PUT', path: '/listening', body: { mode: to } })));
  await set(mode);
  return {
    what: `geocoder ${hit.join(' and ')} ${mode}`,
    holdMs: random.between(2_000, 8_000),
    end: async () => { await set('up'); },
  };
}

export const processFaults: readonly FaultKind[] = [
  { name: 'kill', weight: 5, links: false, begin: kill },
  { name: 'kill-all', weight: 1, links: false, begin: killAll },
  { name: 'pause', weight: 3, links: false, begin: pause },
  { name: 'down', weight: 2, links: false, begin: down },
  { name: 'restart', weight: 2, links: false, begin: restart },
  { name: 'nameserver', weight: 2, links: false, begin: nameserver },
  { name: 'rolling', weight: 1, links: false, begin: rolling },
  { name: 'grow', weight: 1, links: false, begin: grow },
  { name: 'geocoder', weight: 1, links: false, begin: geocoders },
];
