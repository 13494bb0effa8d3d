import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Door } from '../up/front-door.ts';
import { Random } from '../simulator/random.ts';
import { Customers } from './customers.ts';
import { testJudge } from './falsify.ts';
import type { LieFound } from './falsify.ts';
import type { FaultKind } from './fault-kind.ts';
import { Equipped } from './faults/equipped.ts';
import { missingForSmallDisk } from './faults/native.ts';
import { figuresOf, isWrite } from './figures.ts';
import type { Figures } from './figures.ts';
import { finalLists, queuedEnds, untilNothingWaits } from './final-lists.ts';
import { Recorder } from './history-record.ts';
import type { History } from './history-record.ts';
import { judgeHistory } from './judge.ts';
import type { Lab, LabOptions } from './lab.ts';
import { Nemesis } from './nemesis.ts';
import { openLab } from './open-lab.ts';
import { compareStores } from './raw-stores.ts';
import type { RawVerdict } from './raw-stores.ts';

export interface ChaosOptions extends Pick<LabOptions, 'placement' | 'backends' | 'frontends'> {
  /** How long faults are done. */
  faultsMs: number;
  seed: number;
  kinds: readonly FaultKind[];
  /** Each kind once, in turn, instead of drawn ones until the time is over. */
  inTurn?: boolean;
  /** No fault is held longer. */
  holdMsMax?: number;
  customers: number;
  thinkMs: readonly [number, number];
  keep: boolean;
  /** Where the system is set up; null: a new folder for temporary files. */
  home: string | null;
  /** Replaces the front ends that customers see; to test the judge. */
  throughLies?: (doors: readonly Door[]) => Promise<Door[]>;
  say: (line: string) => void;
}

export interface ChaosResult {
  seed: number;
  placement: string;
  figures: Figures;
  /** From the healing until every back end was in sync. */
  recoveryMs: number | null;
  stores: RawVerdict;
  lies: LieFound[];
  /** Everything that is wrong; empty: the system kept its word. */
  problems: string[];
  /** History and logs; null when they were removed. */
  kept: string | null;
}

const warmUpMs = 1_500;
const afterHealMs = 1_500;
const recoverWithinMs = 90_000;
const progressEveryMs = 10_000;
/** Room for an hour of orders on the small disk of each program. */
const diskMebibytes = 1_024;

interface ChaosGround {
  lab: Lab;
  equipped: Equipped | null;
}

/** One run: a system, its customers, what is done to it, and everything that is wrong. */
class ChaosRun {
  readonly #options: ChaosOptions;
  readonly #lab: Lab;
  readonly #recorder: Recorder;
  readonly #nemesis: Nemesis;
  readonly #problems: string[];
  #doors: readonly Door[];
  #lastFault = 'none yet';

  constructor(options: ChaosOptions, ground: ChaosGround, problems: string[]) {
    const { lab, equipped } = ground;
    this.#options = options;
    this.#lab = lab;
    this.#problems = problems;
    this.#doors = lab.doors;
    this.#recorder = new Recorder(join(lab.home, 'history.jsonl'));
    this.#nemesis = new Nemesis({
      ground: { lab, equipped, random: new Random(options.seed), backends: options.backends },
      kinds: options.kinds.filter(({ links, disks }) =>
        (lab.network.able || !links) && (equipped !== null || disks !== true)),
      recorder: this.#recorder,
      inTurn: options.inTurn ?? false,
      holdMsMax: options.holdMsMax ?? Number.POSITIVE_INFINITY,
      onFault: (what) => { this.#lastFault = what; },
    });
  }

  async run(): Promise<Omit<ChaosResult, 'kept'>> {
    const { seed, throughLies } = this.#options;
    const recorder = this.#recorder;
    this.#doors = await throughLies?.(this.#doors) ?? this.#doors;
    recorder.note({ op: 'start', seed, placement: this.#lab.placement });
    const customers = this.#customers();
    customers.start();
    await systemClock.sleep(warmUpMs);
    const fromMs = recorder.nowMs();
    await this.#torture(fromMs + this.#options.faultsMs);
    const period = [fromMs, recorder.nowMs()] as const;
    const recoveryMs = await this.#recover();
    const healedMs = recorder.nowMs();
    await systemClock.sleep(afterHealMs);
    await customers.stop();
    const history = await this.#settle();
    const stores = await this.#stopAndCompare();
    this.#problems.push(...judgeHistory(history), ...stores.found);
    const figures = figuresOf(history.ops, this.#nemesis.faults, period);
    const lies = this.#testJudge(history);
    if (!history.ops.some((op) => isWrite(op) && op.startMs > healedMs)) {
      this.#problems.push('no write succeeded after the healing');
    }
    await recorder.close();
    return {
      seed, placement: this.#lab.placement, figures, recoveryMs, stores, lies,
      problems: this.#problems,
    };
  }

  #testJudge(history: History): LieFound[] {
    const lies = testJudge(history);
    for (const { name, found } of lies) {
      if (found.length === 0) this.#problems.push(`the judge did not see the lie: ${name}`);
    }
    return lies;
  }

  #customers(): Customers {
    const { seed, customers: count, thinkMs } = this.#options;
    return new Customers({
      doors: this.#doors, recorder: this.#recorder, count, seed: seed + 1, thinkMs,
      run: seed.toString(36),
    });
  }

  async #torture(untilMs: number): Promise<void> {
    const { say } = this.#options;
    const progress = systemClock.setRepeating(progressEveryMs, () => {
      const seconds = Math.round(this.#recorder.nowMs() / 1_000);
      say(`${seconds} s of ${Math.round(untilMs / 1_000)} s, ${this.#recorder.ops.length} `
        + `operations, ${this.#nemesis.faults.length} faults, last: ${this.#lastFault}`);
    });
    try {
      await this.#nemesis.run(untilMs);
    } finally {
      progress.cancel();
    }
  }

  /** Milliseconds until all were in sync; null when they never were. */
  async #recover(): Promise<number | null> {
    this.#options.say('healing');
    try {
      await this.#nemesis.heal();
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      this.#problems.push(`not all can be healed: ${error.message}`);
    }
    const startMs = systemClock.nowMs();
    const count = this.#lab.byRole('backend').length;
    const inSync = await this.#lab.untilInSync(count, recoverWithinMs);
    if (inSync) return systemClock.nowMs() - startMs;
    const { view, backends } = await this.#lab.status();
    const states = [...backends].map(([name, { role, state }]) => `${name} ${role} ${state}`);
    this.#problems.push(`not ${count} back ends in sync ${recoverWithinMs / 1_000} s after the `
      + `healing: view ${view?.viewNumber ?? 'unknown'}, ${states.join(', ')}`);
    return null;
  }

  async #settle(): Promise<History> {
    const doors = this.#doors;
    this.#options.say('waiting for empty queues, taking the final lists');
    const recorder = this.#recorder;
    try {
      if (!await untilNothingWaits(doors)) this.#problems.push('a front end never gets empty');
      const queued = await queuedEnds(doors, recorder);
      return { ops: recorder.ops, queued, finals: await finalLists(doors, recorder) };
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      this.#problems.push(`no final lists: ${error.message}`);
      return { ops: recorder.ops, queued: [], finals: [] };
    }
  }

  async #stopAndCompare(): Promise<RawVerdict> {
    this.#options.say('comparing the stores, judging');
    const backends = this.#lab.byRole('backend');
    for (const one of backends) one.pause();
    await Promise.all(backends.map((one) => one.kill()));
    for (const program of this.#lab.programs) {
      for (const { asked, code, signal } of program.ends) {
        if (asked || this.#nemesis.expected(program)) continue;
        this.#problems.push(`${program.name} ended by itself (${signal ?? `exit code ${code}`})`);
      }
    }
    const stores = backends.map(({ name, dataFolder }) => ({ name, folder: dataFolder }));
    try {
      return await compareStores(stores, join(this.#lab.home, 'compared'));
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      return { lsn: 0, orders: 0, found: [`raw stores can not be read: ${error.message}`] };
    }
  }
}

/** Breakable disks and clocks, where a fault wants them and this machine can make them. */
function equip({ kinds, placement, say }: ChaosOptions, home: string): Equipped | null {
  if (placement === 'local' || !kinds.some(({ disks }) => disks)) return null;
  const missing = missingForSmallDisk();
  if (missing === null) return new Equipped('both', join(home, 'equipped'), diskMebibytes);
  say(`no faults of disks and clocks: ${missing}`);
  return null;
}

/** Does one run. The folder of a run with problems is kept. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'orderly-chaos-'));
  const equipped = equip(options, home);
  let keep = true;
  try {
    const { result, lab } = await inLab(options, { home, equipped });
    keep = options.keep || result.problems.length > 0;
    if (keep) writeFileSync(join(lab.home, 'verdict.json'), `${JSON.stringify(result, null, 2)}\n`);
    return { ...result, kept: keep ? home : null };
  } finally {
    equipped?.remove();
    if (!keep) rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function inLab(
  options: ChaosOptions, { home, equipped }: { home: string; equipped: Equipped | null },
): Promise<{ result: Omit<ChaosResult, 'kept'>; lab: Lab }> {
  const { placement, backends, frontends, say, seed } = options;
  const lab = await openLab({
    placement, backends, frontends, home, logLevel: 'info',
    setUp: (name, role) => (role === 'geocoder' ? {} : equipped?.setUpOf(name) ?? {}),
    onUnaskedEnd: ({ name }, { code, signal }) =>
      say(`${name} ended by itself (${signal ?? `exit code ${code}`})`),
  });
  lab.onClose(() => equipped?.remove());
  say(`${backends} back ends and ${frontends} front ends are ready (${lab.placement}), `
    + `seed ${seed}, everything in ${lab.home}`);
  try {
    return { result: await new ChaosRun(options, { lab, equipped }, []).run(), lab };
  } finally {
    await lab.close({ keep: true });
  }
}
