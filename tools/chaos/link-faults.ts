import { systemClock } from '../../shared/runtime/clock.ts';
import type { Begun, FaultGround, FaultKind } from './fault-kind.ts';
import { primaryAndOthers } from './fault-kind.ts';
import type { LabProgram } from './lab.ts';
import type { LinkProxy } from './link.ts';

/** Faults of the network between hosts. Whoever begins one heals all links at its end. */

const serverRoles = ['nameserver', 'backend', 'frontend'];

const servers = ({ lab }: FaultGround): LabProgram[] =>
  lab.programs.filter(({ role }) => serverRoles.includes(role));

type Cut = { a: LabProgram; b: LabProgram };

async function cutAll(ground: FaultGround, cuts: readonly Cut[]): Promise<string> {
  const { lab, random } = ground;
  const oneWay = random.chance(0.3);
  const turned = random.chance(0.5);
  await Promise.all(cuts.map(({ a, b }) => {
    const [from, to] = turned ? [b, a] : [a, b];
    return lab.network.cut(from.name, to.name, { oneWay });
  }));
  return oneWay ? (turned ? ' (one way, in)' : ' (one way, out)') : '';
}

const between = (from: readonly LabProgram[], to: readonly LabProgram[]): Cut[] =>
  from.flatMap((a) => to.filter((b) => b !== a).map((b) => ({ a, b })));

/** Everybody sees two neighbours only. */
function ringCuts(nodes: readonly LabProgram[]): Cut[] {
  const near = (i: number, j: number): boolean =>
    Math.abs(i - j) === 1 || Math.abs(i - j) === nodes.length - 1;
  return nodes.flatMap((a, i) =>
    nodes.flatMap((b, j) => (i < j && !near(i, j) ? [{ a, b }] : [])));
}

interface Split {
  what: string;
  cuts: Cut[];
}

/** The partitions of PROTOCOL 5.2, one drawn. */
function drawSplit(
  ground: FaultGround, { primary, others }: { primary: LabProgram; others: LabProgram[] },
): Split | null {
  const { lab, random } = ground;
  const nameserver = lab.program('nameserver');
  const frontend = random.pick(lab.byRole('frontend'));
  const backup = random.pick(others);
  const all = servers(ground);
  const mixed = random.shuffle(all);
  const half = mixed.slice(0, Math.floor(mixed.length / 2));
  if (frontend === undefined || backup === undefined) return null;
  const names = (some: LabProgram[]): string => some.map(({ name }) => name).join(', ');
  const splits: Split[] = [
    { what: `${primary.name} from all`, cuts: between([primary], all) },
    { what: `${primary.name} from all back ends`, cuts: between([primary], others) },
    { what: `${primary.name} from nameserver`, cuts: between([primary], [nameserver]) },
    { what: `${primary.name} from ${backup.name}`, cuts: between([primary], [backup]) },
    { what: `${frontend.name} from ${primary.name}`, cuts: between([frontend], [primary]) },
    { what: `${backup.name} from all`, cuts: between([backup], all) },
    { what: `nameserver from all`, cuts: between([nameserver], all) },
    { what: `ring ${names(mixed)}`, cuts: ringCuts(mixed) },
    {
      what: `${names(half)} from the others`,
      cuts: between(half, all.filter((one) => !half.includes(one))),
    },
  ];
  return random.pick(splits) ?? null;
}

async function partition(ground: FaultGround): Promise<Begun | null> {
  const { lab, random } = ground;
  const sides = await primaryAndOthers(ground);
  const split = sides === null ? null : drawSplit(ground, sides);
  if (split === null) return null;
  const direction = await cutAll(ground, split.cuts);
  return {
    what: `cut ${split.what}${direction}`,
    holdMs: random.pick([500, 3_000, 6_000, 12_000]) ?? 500,
    end: () => lab.network.heal(),
  };
}

/** Hosts are cut off one by one and come back in another order. */
async function swizzle(ground: FaultGround): Promise<Begun | null> {
  const { lab, random } = ground;
  const victims = random.shuffle(servers(ground)).slice(0, 3);
  for (const { name } of victims) {
    await lab.network.isolate(name);
    await systemClock.sleep(random.between(100, 800));
  }
  return {
    what: `swizzle ${victims.map(({ name }) => name).join(', ')}`,
    holdMs: random.between(500, 4_000),
    end: async () => {
      for (const { name } of random.shuffle(victims)) {
        await lab.network.heal(name);
        await systemClock.sleep(random.between(100, 800));
      }
    },
  };
}

async function loss(ground: FaultGround): Promise<Begun | null> {
  const { lab, random } = ground;
  const victims = random.shuffle(servers(ground)).slice(0, random.int(1, 3));
  const share = random.between(0.05, 0.3);
  for (const { name } of victims) await lab.network.loss(name, share);
  const names = victims.map(({ name }) => name).join(', ');
  return {
    what: `lose ${(share * 100).toFixed(0)} % of what ${names} receive`,
    holdMs: random.between(2_000, 8_000),
    end: () => lab.network.heal(),
  };
}

async function slow(ground: FaultGround): Promise<Begun | null> {
  const { lab, random } = ground;
  const victim = random.pick(servers(ground));
  if (victim === undefined) return null;
  const kbit = random.pick([64, 256, 1_024]) ?? 256;
  await lab.network.slow(victim.name, kbit);
  return {
    what: `${victim.name} sends at most ${kbit} kbit/s`,
    holdMs: random.between(2_000, 8_000),
    end: () => lab.network.heal(),
  };
}

/** A proxy on the way from the primary to each backup, or from a front end to the primary. */
async function detours(
  ground: FaultGround,
): Promise<{ what: string; proxies: LinkProxy[] } | null> {
  const { lab, random } = ground;
  const sides = await primaryAndOthers(ground);
  const frontend = random.pick(lab.byRole('frontend'));
  if (sides === null || frontend === undefined) return null;
  const { primary, others } = sides;
  const targets = random.chance(0.5) ? others : [primary];
  const from = targets === others ? primary : frontend;
  const reachable = targets.filter(({ address }) => address !== null);
  const proxies = await Promise.all(reachable.map(({ name }) =>
    lab.network.proxy(from.name, name)));
  return { proxies, what: `${from.name} to ${reachable.map(({ name }) => name).join(', ')}` };
}

async function delay(ground: FaultGround): Promise<Begun | null> {
  const found = await detours(ground);
  if (found === null) return null;
  for (const proxy of found.proxies) proxy.set({ delayMs: 100, jitterMs: 200 });
  return {
    what: `delay ${found.what}`,
    holdMs: ground.random.between(3_000, 8_000),
    end: () => ground.lab.network.heal(),
  };
}

async function stall(ground: FaultGround): Promise<Begun | null> {
  const found = await detours(ground);
  if (found === null) return null;
  const { lab, random } = ground;
  const how = random.pick(['present connections', 'everything up', 'everything down', 'resets']);
  // The connections of before are made anew through the proxy first.
  await systemClock.sleep(random.between(300, 1_000));
  for (const proxy of found.proxies) {
    if (how === 'present connections') proxy.stallPresent();
    if (how === 'everything up') proxy.set({ up: 'stall' });
    if (how === 'everything down') proxy.set({ down: 'stall' });
    if (how === 'resets') proxy.set({ down: 'reset' });
  }
  return {
    what: `stall ${found.what}: ${how}`,
    holdMs: random.between(1_000, 6_000),
    end: () => lab.network.heal(),
  };
}

export const linkFaults: readonly FaultKind[] = [
  { name: 'partition', weight: 6, links: true, begin: partition },
  { name: 'swizzle', weight: 1, links: true, begin: swizzle },
  { name: 'loss', weight: 1, links: true, begin: loss },
  { name: 'slow', weight: 1, links: true, begin: slow },
  { name: 'delay', weight: 1, links: true, begin: delay },
  { name: 'stall', weight: 1, links: true, begin: stall },
];
