import { AssertionError, must } from '../../shared/runtime/assert.ts';
import { type CoreConfig, defaultCoreConfig } from '../../backend-server/replication/config.ts';
import { Checkers, Violation } from './checkers.ts';
import { type FaultKind, drawFaultKinds } from './fault-kinds.ts';
import { explainAll } from './history.ts';
import { Nemesis } from './nemesis.ts';
import { Network } from './network.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { SimClient } from './sim-client.ts';
import { SimFrontend } from './sim-frontend.ts';
import { SimNameServer } from './sim-name-server.ts';
import { SimStore } from './sim-store.ts';
import type { World } from './world.ts';

/** What one seed decided. */
export interface RunOptions {
  seed: number;
  stores: number;
  frontends: number;
  clients: number;
  keys: number;
  lossShare: number;
  duplicateShare: number;
  slowShare: number;
  lateShare: number;
  chaosMs: number;
  /** A front end looks at a primary that owes an answer and is silent for so long. */
  silentMs: number;
  /** A front end gives a request up, or queues it, after so long. */
  totalMs: number;
  clientMs: number;
  patienceMs: number;
  /** Front ends have a pending queue. */
  queue: boolean;
  lagTicks: number;
  batchEntriesMax: number;
  compactEntries: number;
  /** Elections always take the shortest log of the in-sync set: any member must do. */
  electShortest: boolean;
  /** The kinds of faults of this run. */
  faultKinds: readonly FaultKind[];
  /** The nemesis stops after so many faults. */
  faultsMax: number;
  /** The fault phase ends after so many scheduler steps, if its time does not end it before. */
  stepsMax: number;
}

export interface RunResult {
  options: RunOptions;
  /** null: every invariant held and the system made progress after healing. */
  violation: string | null;
  steps: number;
  /** Steps until healing began: what stepsMax limits. */
  faultSteps: number;
  simulatedMs: number;
  operations: number;
  acknowledged: number;
  commits: number;
  views: number;
  faults: number;
  trace: string[];
}

/** After everything is healed service must be back within this. */
const healMs = 40_000;
const settleMs = 1500;
const traceLinesMax = 400;
/** Stands for "no limit" in the options that make a run shorter. */
const unlimited = 1_000_000_000;

export const optionsOf = (seed: number): RunOptions => {
  const random = new Random(seed ^ 0x5eed);
  return {
    seed,
    stores: random.int(2, 5),
    frontends: random.int(2, 3),
    clients: random.int(3, 5),
    keys: random.int(2, 12),
    lossShare: random.chance(0.5) ? 0 : random.between(0, 0.15),
    duplicateShare: random.chance(0.5) ? 0 : random.between(0, 0.1),
    slowShare: random.between(0, 0.1),
    lateShare: random.chance(0.5) ? 0 : random.between(0, 0.2),
    chaosMs: random.int(3000, 9000),
    silentMs: random.int(150, 700),
    totalMs: random.chance(0.6) ? random.int(200, 1500) : 5000,
    clientMs: random.chance(0.7) ? random.int(300, 1500) : random.int(1500, 6000),
    patienceMs: random.int(3000, 9000),
    queue: random.chance(0.5),
    lagTicks: random.int(3, 12),
    batchEntriesMax: random.chance(0.3) ? 1 : 256,
    compactEntries: random.chance(0.5) ? random.int(8, 60) : 20_000,
    electShortest: (seed & 1) === 0,
    faultKinds: drawFaultKinds(new Random(seed ^ 0xfa17)),
    faultsMax: unlimited,
    stepsMax: unlimited,
  };
};

interface Run {
  world: World;
  clients: SimClient[];
  nemesis: Nemesis;
  faultSteps: number;
}

/** The parts of a run without stores, front ends and clients. */
export const newWorld = (options: RunOptions): World => {
  const random = new Random(options.seed);
  const scheduler = new Scheduler();
  const traceLines: string[] = [];
  const checkers = new Checkers(() => world);
  const made: { nameServer: SimNameServer | null } = { nameServer: null };
  const world: World = {
    scheduler,
    random,
    checkers,
    stores: [],
    frontends: [],
    traceLines,
    network: new Network(scheduler, random.fork('network'), options),
    get nameServer() {
      return must(made.nameServer, 'the name server is made with the world');
    },
    trace: (line) => {
      traceLines.push(`${scheduler.nowMs.toFixed(1).padStart(9)} ${line}`);
      if (traceLines.length > traceLinesMax) traceLines.shift();
    },
  };
  made.nameServer = new SimNameServer(world, options);
  return world;
};

const build = (options: RunOptions): Run => {
  const world = newWorld(options);
  const config: CoreConfig = {
    ...defaultCoreConfig,
    lagTicks: options.lagTicks,
    batchEntriesMax: options.batchEntriesMax,
    compactEntries: options.compactEntries,
    compactKeepEntries: Math.min(options.compactEntries >> 2, 5000),
  };
  for (let i = 1; i <= options.stores; i += 1) {
    world.stores.push(new SimStore(`${i}`, world, config));
  }
  for (let i = 1; i <= options.frontends; i += 1) {
    world.frontends.push(new SimFrontend(`${i}`, world, options));
  }
  const names = Array.from({ length: options.clients }, (_, i) => `c${i + 1}`);
  const clients = names.map((name) => new SimClient(name, world, options));
  const nemesis = new Nemesis(world, names, options);
  const { checkers } = world;
  const judge = checkers.onView.bind(checkers);
  checkers.onView = (before, view) => {
    judge(before, view);
    nemesis.onView(before, view);
  };
  const look = checkers.onTrace.bind(checkers);
  checkers.onTrace = (store, event) => {
    look(store, event);
    if (event.name === 'proposed' && event.proposal.joiner !== null)
      nemesis.onJoinProposed(store, event.proposal.joiner.storeId);
  };
  return { world, clients, nemesis, faultSteps: 0 };
};

/** Faults first, then healing and a demand for progress (safety, then liveness). */
const play = (run: Run, options: RunOptions): void => {
  const { world, clients, nemesis } = run;
  const { scheduler, checkers } = world;
  const random = world.random.fork('start');
  world.nameServer.start();
  for (const store of world.stores) {
    scheduler.after(random.between(0, 300), () => store.start());
  }
  for (const frontend of world.frontends) frontend.start();
  for (const client of clients) client.start();
  scheduler.runUntil(settleMs);
  nemesis.start();
  scheduler.runUntil(settleMs + options.chaosMs, () => scheduler.steps >= options.stepsMax);
  run.faultSteps = scheduler.steps;
  nemesis.heal();
  scheduler.runUntil(scheduler.nowMs + settleMs);
  for (const client of clients) client.stopped = true;
  demandProgress(run);
  const told = new Map(clients.flatMap((client) => [...client.told]));
  checkers.atEnd(told);
  const why = explainAll(clients.flatMap((client) => client.history));
  if (why !== null)
    checkers.violation(`I11: no order of these operations explains the answers\n${why}`);
};

/** Everything asked is answered, every queue is empty, and one read of all keys succeeds. */
const demandProgress = ({ world, clients }: Run): void => {
  const { scheduler, checkers } = world;
  const untilMs = scheduler.nowMs + healMs;
  const quiet = (): boolean => clients.every(({ open, pending }) => open === 0 && pending === 0);
  scheduler.runUntil(untilMs, quiet);
  if (!quiet()) checkers.violation(`requests are open ${healMs} ms after healing`);
  let read = false;
  const keys = new Set(clients.flatMap((client) => client.history.map((op) => op.key)));
  clients[0]?.readAll([...keys], () => {
    read = true;
  });
  scheduler.runUntil(untilMs, () => read);
  if (!read) checkers.violation(`no progress within ${healMs} ms after healing`);
  demandEveryStore(world);
};

/** Every store that was left behind has caught up: it is in the set again. */
const demandEveryStore = ({ scheduler, stores, nameServer, checkers }: World): void => {
  const missing = (): SimStore | undefined =>
    stores.find((store) => nameServer.saved.view?.inSync.includes(store.id) !== true);
  scheduler.runUntil(scheduler.nowMs + healMs, () => missing() === undefined);
  const left = missing();
  if (left !== undefined)
    checkers.violation(`${left.name} is not in the set ${healMs} ms after healing`);
};

/**
 * Runs one seed to its end or to the first broken invariant. Overrides shorten a failing run: up
 * to the point where they take effect it is the run of the seed.
 */
export const runSeed = (seed: number, overrides: Partial<RunOptions> = {}): RunResult => {
  const options: RunOptions = { ...optionsOf(seed), ...overrides };
  const run = build(options);
  let violation: string | null = null;
  try {
    play(run, options);
  } catch (error) {
    if (!(error instanceof Violation) && !(error instanceof AssertionError)) throw error;
    violation = error.message;
  }
  const { world, clients, nemesis } = run;
  return {
    options,
    violation,
    steps: world.scheduler.steps,
    faultSteps: run.faultSteps,
    simulatedMs: world.scheduler.nowMs,
    operations: clients.reduce((sum, client) => sum + client.history.length, 0),
    acknowledged: clients.reduce((sum, client) => sum + client.acknowledged, 0),
    commits: world.checkers.commits,
    views: world.checkers.views,
    faults: nemesis.faults,
    trace: world.traceLines,
  };
};
