import type { LinkProxy } from '../link.ts';
import type { CaseRun } from './case-run.ts';
import { silentBarMs } from './case.ts';
import type { ChaosCase } from './case.ts';
import { compactedCluster, wipe } from './far-behind.ts';

/** Links that work, badly. */

const shares = [0.05, 0.15, 0.3];

async function lossyLinks(run: CaseRun): Promise<void> {
  for (const share of shares) {
    for (const { name } of run.lab.byRole('backend')) {
      await run.fault(`${name} loses ${share * 100}% of what it gets`, () =>
        run.lab.network.loss(name, share));
      await run.rest(4_000);
      await run.mend('heal', () => run.lab.network.heal());
    }
  }
  await run.settled();
}

/** Every link between programs, from the one that connects. */
const linksOf = (run: CaseRun): [string, string][] => {
  const backends = run.lab.byRole('backend').map(({ name }) => name);
  const frontends = run.lab.byRole('frontend').map(({ name }) => name);
  const between = backends.flatMap((a) => backends.filter((b) => a !== b)
    .map((b): [string, string] => [a, b]));
  const doors = frontends.flatMap((a) => backends.map((b): [string, string] => [a, b]));
  const names = [...backends, ...frontends].map((a): [string, string] => [a, 'nameserver']);
  return [...between, ...doors, ...names];
};

async function delayedLinks(run: CaseRun): Promise<void> {
  const proxies: LinkProxy[] = [];
  for (const [a, b] of linksOf(run)) proxies.push(await run.lab.network.proxy(a, b));
  await run.settled();
  await run.fault('every link takes 200 ms +- 100 ms each way', () => {
    for (const proxy of proxies) proxy.set({ delayMs: 100, jitterMs: 200 });
  });
  await run.rest(Math.max(20, run.seconds) * 1_000);
  run.expect('requests succeed over slow links', run.load.ackedAtMs.length > 0);
  await run.mend('heal', () => run.lab.network.heal());
  await run.settled();
}

async function stalledConnection(run: CaseRun, from: string, to: string): Promise<void> {
  const proxy = await run.lab.network.proxy(from, to);
  await run.settled();
  await run.fault(`the connection from ${from} to ${to} stalls, a new one would work`, () =>
    proxy.stallPresent(), { barMs: silentBarMs });
  await run.rest(8_000);
  await run.mend('heal', () => run.lab.network.heal());
  await run.settled();
}

async function thinLink(run: CaseRun): Promise<void> {
  await compactedCluster(run);
  const backup = await run.backup();
  const primary = await run.primary();
  await backup.kill();
  wipe(backup);
  await run.fault(`${primary.name} (primary) sends 64 kbit/s while a snapshot is fetched`,
    async () => {
      await run.lab.network.slow(primary.name, 64);
      await backup.start();
    }, { serves: false });
  await run.rest(Math.max(15, run.seconds) * 1_000);
  await run.mend('heal', () => run.lab.network.heal());
  await run.settled();
}

export const networkQualityCases: ChaosCase[] = [
  {
    number: 15, title: 'lose 5, 15 and 30% of the packets', needs: ['hosts'], run: lossyLinks,
  },
  {
    number: 16, title: 'delay of 200 +- 100 ms on every link', needs: ['hosts'], run: delayedLinks,
  },
  {
    number: 17,
    title: 'one established connection stalls, new ones do not',
    needs: ['hosts'],
    run: async (run) => {
      const primary = await run.primary();
      const backup = await run.backup();
      await stalledConnection(run, primary.name, backup.name);
      await stalledConnection(run, 'frontend-1', (await run.primary()).name);
    },
  },
  {
    number: 18, title: '64 kbit/s during a snapshot', needs: ['hosts'], run: thinLink,
  },
];
