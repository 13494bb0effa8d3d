import { join } from 'node:path';
import { finalLists, queuedEnds, untilNothingWaits } from '../final-lists.ts';
import type { FinalList, History, OpRecord, Recorder } from '../history-record.ts';
import { judgeHistory } from '../judge.ts';
import type { Lab } from '../lab.ts';
import { compareStores } from '../raw-stores.ts';

/** After the faults: the queues run empty, every front end lists all orders, the judge speaks. */

export interface CaseVerdict {
  lost: number;
  doubled: number;
  /** Every finding of the judge as a sentence. */
  found: string[];
}

/** Marks of the judge's sentences. */
const lossMarks = ['durability:', 'queued:'];
const doublingMarks = ['at most once:', 'twice'];

const count = (found: readonly string[], marks: readonly string[]): number =>
  found.filter((one) => marks.some((mark) => one.includes(mark))).length;

/** What a case placed beside the recorded load, for weight alone, is no part of its history. */
function ofThisRun({ ops, finals, ...rest }: History): History {
  const keys = new Set(ops.filter(({ op }) => op === 'place').map(({ key }) => key));
  const isOurs = ({ key }: { key: string | null }): boolean => key !== null && keys.has(key);
  const opOfRun = (op: OpRecord): OpRecord => {
    const page = op.done?.page?.filter(isOurs);
    if (op.done === null || page === undefined) return op;
    // A page full of other orders says nothing about ours.
    return { ...op, done: { ...op.done, page: page.length === 0 ? null : page } };
  };
  const listOfRun = (list: FinalList): FinalList =>
    ({ ...list, orders: list.orders.filter(isOurs) });
  return { ...rest, ops: ops.map(opOfRun), finals: finals.map(listOfRun) };
}

/** Judges a run whose load has ended; ends all back ends to compare their files. */
export async function judgeCase(lab: Lab, recorder: Recorder): Promise<CaseVerdict> {
  const found: string[] = [];
  const { doors } = lab;
  if (!await untilNothingWaits(doors)) found.push('a front end never gets empty');
  const queued = await queuedEnds(doors, recorder);
  const finals = await finalLists(doors, recorder);
  found.push(...judgeHistory(ofThisRun({ ops: recorder.ops, queued, finals })));
  const backends = lab.byRole('backend');
  await Promise.all(backends.map((one) => one.stop()));
  const raw = await compareStores(
    backends.map(({ name, dataFolder: folder }) => ({ name, folder })), join(lab.home, 'compared'));
  found.push(...raw.found);
  return { lost: count(found, lossMarks), doubled: count(found, doublingMarks), found };
}
