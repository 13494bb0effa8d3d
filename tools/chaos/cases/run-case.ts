import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderlyError } from '../../../shared/contract/errors.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { Random } from '../../simulator/random.ts';
import { Equipped } from '../faults/equipped.ts';
import { missingForPreload, missingForSmallDisk } from '../faults/native.ts';
import { whyNoHosts } from '../hosts.ts';
import type { Lab, LabOptions, LabProgram } from '../lab.ts';
import { openLab } from '../open-lab.ts';
import { judgeCase } from './case-judge.ts';
import { whyTooLong } from './case-result.ts';
import type { CaseResult } from './case-result.ts';
import { CaseRun } from './case-run.ts';
import type { ChaosCase, Need } from './case.ts';
import { RecordedLoad } from './recorded-load.ts';

export interface CaseOptions {
  /** How long faults go on in cases that repeat them. */
  seconds: number;
  seed: number;
  /** How many send orders at a time. */
  customers: number;
  placement: LabOptions['placement'];
  /** Logs, history and data of each case go to a folder there; null: for temporary files. */
  home: string | null;
  /** Those of a case that passed stay, too. */
  keep: boolean;
  say: (line: string) => void;
}

const calmMs = 2_000;
const troublesShown = 6;

const missingFor: Record<Need, () => string | null> = {
  hosts: whyNoHosts, preload: missingForPreload, 'small-disks': missingForSmallDisk,
};

const whyNot = (need: Need, { placement }: CaseOptions): string | null =>
  (need === 'hosts' && placement === 'local' ? 'links can not be cut with --local'
    : missingFor[need]());

type Outcome = Omit<CaseResult, 'number' | 'title'>;

const nothing: Outcome = {
  verdict: 'failed', seconds: 0, operations: 0, faults: 0, firstSuccessMs: null, unknown: 0,
  lost: 0, doubled: 0, notes: [], troubles: [],
};

/** One case from an empty machine to its verdict; leaves nothing behind but what `home` keeps. */
export async function runCase(which: ChaosCase, options: CaseOptions): Promise<CaseResult> {
  const { number, title, note } = which;
  const notes = note === undefined ? [] : [note];
  const missing = (which.needs ?? []).flatMap((need) => whyNot(need, options) ?? []);
  if (missing.length > 0) {
    return { ...nothing, number, title, verdict: 'not run', notes: missing };
  }
  const dir = options.home === null
    ? mkdtempSync(join(tmpdir(), `orderly-case-${number}-`)) : join(options.home, `case-${number}`);
  const equipped = new Equipped(which.equipment ?? 'plain', join(dir, 'equipped'));
  let outcome = { ...nothing };
  try {
    outcome = await inLab(which, options, { dir, equipped });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    outcome.troubles = [error.message];
  } finally {
    equipped.remove();
  }
  if (outcome.verdict === 'failed' || options.keep) options.say(`logs and history are in ${dir}`);
  else rmSync(dir, { recursive: true, force: true });
  return { ...outcome, number, title, notes: [...notes, ...outcome.notes] };
}

interface Place {
  dir: string;
  equipped: Equipped;
}

async function inLab(which: ChaosCase, options: CaseOptions, place: Place): Promise<Outcome> {
  const ended: LabProgram[] = [];
  const lab = await openLab({
    placement: options.placement, backends: which.backends ?? 3, frontends: which.frontends ?? 2,
    home: join(place.dir, 'lab'), logLevel: 'info',
    setUp: (name, role) => (role === 'geocoder' ? {} : place.equipped.setUpOf(name)),
    onUnaskedEnd: (program) => ended.push(program),
  });
  lab.onClose(() => place.equipped.remove());
  try {
    return await underLoad(which, lab, { ...options, ...place, ended });
  } finally {
    await lab.close({ keep: true });
  }
}

type Ground = CaseOptions & Place & { ended: readonly LabProgram[] };

async function underLoad(which: ChaosCase, lab: Lab, ground: Ground): Promise<Outcome> {
  const { seed, seconds, customers, equipped, say } = ground;
  const startedMs = systemClock.nowMs();
  const load = new RecordedLoad({
    doors: lab.doors, file: join(ground.dir, 'history.jsonl'), customers, seed,
    run: `c${which.number}`,
  });
  const { recorder } = load;
  const run = new CaseRun({ lab, load: recorder, equipped, random: new Random(seed), seconds });
  await run.rest(calmMs);
  await tryTo(run, () => which.run(run));
  const endedMs = systemClock.nowMs();
  await tryTo(run, () => healAll(lab, equipped));
  await load.stop();
  let verdict = { lost: 0, doubled: 0, found: [] as string[] };
  await tryTo(run, async () => { verdict = await judgeCase(lab, recorder); });
  await recorder.close();
  for (const { name, ends } of ground.ended) {
    if (!run.mayEnd(name)) run.troubles.push(`${name} ended by itself (${ends.at(-1)?.code})`);
  }
  const outages = run.outages(endedMs);
  for (const { mark, ms } of outages) say(`  ${ms?.toFixed(0) ?? 'never'} ms  ${mark.what}`);
  if (recorder.errors.size > 0) say(`  ${JSON.stringify(Object.fromEntries(recorder.errors))}`);
  const measured = outages.flatMap(({ ms }) => ms ?? []);
  const tooLong = outages.map(whyTooLong).filter((why) => why !== '');
  const troubles = [...run.troubles, ...tooLong, ...verdict.found];
  for (const trouble of troubles) say(`  ! ${trouble}`);
  return {
    seconds: (endedMs - startedMs) / 1_000, operations: recorder.ops.length,
    faults: run.marks.filter(({ isFault }) => isFault).length,
    firstSuccessMs: measured.length === 0 ? null : Math.max(...measured),
    unknown: recorder.unknown, lost: verdict.lost, doubled: verdict.doubled,
    notes: run.notes, troubles: troubles.slice(0, troublesShown),
    verdict: troubles.length === 0 ? 'passed' : 'failed',
  };
}

/** A case that can not go on is judged as far as it came. */
async function tryTo(run: CaseRun, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const known = error instanceof OrderlyError;
    run.troubles.push(known ? error.message : error.stack ?? error.message);
  }
}

async function healAll(lab: Lab, equipped: Equipped): Promise<void> {
  equipped.heal();
  await lab.network.heal();
  for (const program of lab.programs) {
    program.resume();
    if (program.pid === null) await program.start();
  }
}
