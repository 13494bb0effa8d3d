import type { History, OpRecord } from './history-record.ts';
import { judgeHistory } from './judge.ts';

/**
 * Lies that a broken system would tell, told into a true history: a judge that does not object to
 * each of them is blind, and its verdict over the true one is worth nothing.
 */

type Lie = (history: History) => History | null;

const answered = ({ ops }: History): OpRecord | undefined =>
  ops.find(({ op, done }) => op === 'place' && done?.type === 'ok' && done.answered !== null);

/** An acknowledged order is not in the list of one front end. */
const droppedFromList: Lie = (history) => {
  const id = answered(history)?.done?.answered?.id;
  const [first, ...others] = history.finals;
  if (id === undefined || first === undefined) return null;
  const orders = first.orders.filter((one) => one.id !== id);
  return { ...history, finals: [{ ...first, orders }, ...others] };
};

/** The same key is answered with another id the second time. */
const answeredTwice: Lie = (history) => {
  const op = answered(history);
  if (!op?.done?.answered) return null;
  const other = { ...op.done.answered, id: '00000000-0000-7000-8000-000000000000' };
  const again: OpRecord = {
    ...op, n: history.ops.length, startMs: op.done.endMs,
    done: { ...op.done, endMs: op.done.endMs + 1, answered: other },
  };
  return { ...history, ops: [...history.ops, again] };
};

/** An order is shown as it was before its cancellation was acknowledged. */
const cachedGet: Lie = (history) => {
  const cancel = history.ops.find(({ op, done }) => op === 'cancel' && done?.won === true);
  if (!cancel?.done?.answered) return null;
  const { endMs, answered: order } = cancel.done;
  const get: OpRecord = {
    ...cancel, n: history.ops.length, op: 'get', opKey: '', startMs: endMs + 1,
    done: {
      ...cancel.done, endMs: endMs + 2, won: false, answered: { ...order, state: 'placed' },
    },
  };
  return { ...history, ops: [...history.ops, get] };
};

const lies: readonly { name: string; tell: Lie }[] = [
  { name: 'an acknowledged order dropped from a list', tell: droppedFromList },
  { name: 'one key answered with two orders', tell: answeredTwice },
  { name: 'a get from a cache', tell: cachedGet },
];

export interface LieFound {
  name: string;
  /** What the judge said against it; empty: it was taken in. */
  found: string[];
}

/** Tells every lie that the history has material for, each alone, and asks the judge. */
export function testJudge(history: History): LieFound[] {
  return lies.flatMap(({ name, tell }) => {
    const falsified = tell(history);
    return falsified === null ? [] : [{ name, found: judgeHistory(falsified) }];
  });
}
