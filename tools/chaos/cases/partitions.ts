import type { LabNetwork } from '../lab.ts';
import type { CaseRun } from './case-run.ts';
import { silentBarMs } from './case.ts';
import type { ChaosCase, Need } from './case.ts';

/** Links that are cut: packets vanish without a word. */

const needs: readonly Need[] = ['hosts'];
const cutForMs = 8_000;
const oneWayForMs = 6_000;

/** From whom the primary is cut; each gives the names on the other side. */
const sides = {
  'everybody': (run: CaseRun, primary: string): string[] =>
    run.lab.programs.filter(({ role }) => role !== 'geocoder').map(({ name }) => name)
      .filter((name) => name !== primary),
  'the name server': (): string[] => ['nameserver'],
  'one backup': (run: CaseRun, primary: string): string[] =>
    run.lab.byRole('backend').map(({ name }) => name).filter((name) => name !== primary)
      .slice(0, 1),
  'front end 1': (): string[] => ['frontend-1'],
};
type Side = keyof typeof sides;

const cutAll = async (
  network: LabNetwork, pairs: readonly (readonly [string, string])[], oneWay: boolean,
): Promise<void> => {
  for (const [from, to] of pairs) await network.cut(from, to, { oneWay });
};

async function cutPrimary(run: CaseRun, side: Side, ms: number): Promise<void> {
  const { name } = await run.primary();
  await run.fault(`cut ${name} (primary) from ${side}`, () => (side === 'everybody'
    ? run.lab.network.isolate(name)
    : cutAll(run.lab.network, sides[side](run, name).map((one) => [name, one]), false)),
  { barMs: silentBarMs });
  await run.rest(ms);
  await run.mend('heal', () => run.lab.network.heal());
  await run.settled();
}

const cutCase = (number: number, side: Side): ChaosCase => ({
  number,
  title: `cut the primary from ${side}${side === 'everybody' ? '' : ' only'}`,
  needs,
  run: (run) => run.untilOver(async () => {
    await cutPrimary(run, side, cutForMs);
    await run.rest(3_000);
  }),
});

async function oneWayBoth(run: CaseRun): Promise<void> {
  for (const side of Object.keys(sides) as Side[]) {
    for (const outward of [true, false]) {
      const { name } = await run.primary();
      const pairs = sides[side](run, name).map((other): [string, string] =>
        (outward ? [name, other] : [other, name]));
      const leader = `${name} (primary)`;
      const way = outward ? `from ${leader} to ${side}` : `from ${side} to ${leader}`;
      await run.fault(`lose what goes ${way}`, () => cutAll(run.lab.network, pairs, true),
        { barMs: silentBarMs });
      await run.rest(oneWayForMs);
      await run.mend('heal', () => run.lab.network.heal());
      await run.settled();
      await run.rest(2_000);
    }
  }
}

/** Each of five back ends keeps its two neighbours in the ring. */
async function ring(run: CaseRun): Promise<void> {
  const names = run.lab.byRole('backend').map(({ name }) => name);
  const apart = names.flatMap((a, n) => names.flatMap((b, m): [string, string][] =>
    (m > n && m - n !== 1 && m - n !== names.length - 1 ? [[a, b]] : [])));
  await run.fault('each back end sees only two neighbours', () =>
    cutAll(run.lab.network, apart, false));
  await run.rest(Math.max(12, run.seconds) * 1_000);
  await run.mend('heal', () => run.lab.network.heal());
  await run.settled();
}

async function swizzle(run: CaseRun): Promise<void> {
  const names = run.lab.byRole('backend').map(({ name }) => name);
  for (const name of run.random.shuffle(names)) {
    await run.fault(`cut ${name} from everybody`, () => run.lab.network.isolate(name),
      { serves: false });
    await run.rest(2_000);
  }
  for (const [n, name] of run.random.shuffle(names).entries()) {
    await run.mend(`heal ${name}`, () => run.lab.network.heal(name),
      { serves: n === names.length - 1 });
    await run.rest(2_000);
  }
  await run.settled();
}

export const partitionCases: ChaosCase[] = [
  cutCase(8, 'everybody'),
  cutCase(9, 'the name server'),
  cutCase(10, 'one backup'),
  cutCase(11, 'front end 1'),
  { number: 12, title: '8 to 11 one way, both directions', needs, run: oneWayBoth },
  {
    number: 13,
    title: 'ring: each back end sees two neighbours',
    backends: 5,
    needs,
    note: 'five back ends, so that the ring has a gap',
    run: ring,
  },
  {
    number: 14,
    title: 'swizzle: cut one by one, heal in another order',
    needs,
    run: (run) => run.untilOver(() => swizzle(run)),
  },
];
