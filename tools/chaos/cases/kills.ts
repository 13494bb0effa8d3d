import type { CaseRun } from './case-run.ts';
import { killedBarMs } from './case.ts';
import type { ChaosCase } from './case.ts';

/** Processes that end without a word (kill -9). */

export async function killPrimaryOnce(run: CaseRun): Promise<void> {
  const primary = await run.primary();
  await run.fault(`kill -9 ${primary.name} (primary)`, () => primary.kill(),
    { barMs: killedBarMs });
  await run.served();
  await run.rest(1_500);
  await run.mend(`start ${primary.name}`, () => primary.start());
  await run.settled();
}

/** All orders in which three things can be done. */
const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] as const;

async function killAllBackends(run: CaseRun, order: readonly number[]): Promise<void> {
  const backends = run.lab.byRole('backend');
  await run.fault('kill -9 all back ends', () =>
    Promise.all(backends.map((one) => one.kill())), { serves: false });
  await run.rest(1_000);
  const starting: Promise<void>[] = [];
  for (const n of order) {
    const backend = backends[n];
    if (backend !== undefined) starting.push(backend.start());
    await run.rest(300);
  }
  await run.mend(`start them in the order ${order.map((n) => n + 1).join(', ')}`, () =>
    Promise.all(starting));
  await run.settled();
}

async function killEverythingQueued(run: CaseRun): Promise<void> {
  const backends = run.lab.byRole('backend');
  const before = run.load.queued;
  await run.fault('kill -9 all back ends', () =>
    Promise.all(backends.map((one) => one.kill())), { serves: false });
  await run.until('front ends queue orders', async () => run.load.queued > before, 15_000);
  await run.rest(4_000);
  await run.fault('kill -9 name server and front ends', () =>
    Promise.all([run.nameserver, ...run.lab.byRole('frontend')].map((one) => one.kill())),
  { serves: false });
  run.note(`${run.load.queued - before} orders were queued`);
  await run.rest(1_000);
  await run.mend('start everything', () => Promise.all(
    [run.nameserver, ...run.lab.byRole('frontend'), ...backends].map((one) => one.start())));
  await run.settled();
}

export const killCases: ChaosCase[] = [
  {
    number: 1,
    title: 'kill -9 the primary every 5 s',
    run: (run) => run.untilOver(async () => {
      await killPrimaryOnce(run);
      await run.rest(2_000);
    }),
  },
  {
    number: 2,
    title: 'kill -9 a random back end, start it at once',
    run: (run) => run.untilOver(async () => {
      const victim = run.random.pick(run.lab.byRole('backend'));
      if (victim === undefined) return;
      await run.fault(`kill -9 ${victim.name}, start at once`, async () => {
        await victim.kill();
        await victim.start();
      }, { barMs: killedBarMs });
      await run.served();
      await run.rest(2_500);
    }).then(() => run.settled()),
  },
  {
    number: 3,
    title: 'kill all back ends together, start them in every order',
    run: async (run) => {
      for (const order of orders) await killAllBackends(run, order);
    },
  },
  {
    number: 4,
    title: 'kill everything, front ends and name server too, with queued orders',
    run: killEverythingQueued,
  },
];
