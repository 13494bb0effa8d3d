import { must } from '../../shared/runtime/assert.ts';
import { type Register, type SimResult, act } from './model.ts';

/** One client operation as its caller saw it; endMs is Infinity while its outcome is unknown. */
export interface HistoryOp {
  key: string;
  action: 'place' | 'cancel' | 'get';
  startMs: number;
  endMs: number;
  /** null: unknown, it may have had its effect at any time after startMs, or never. */
  result: SimResult | Register | null;
}

/**
 * Linearizability of one register's history (Wing and Gong's search with Lowe's memory): null when
 * an order of the operations explains every answer, otherwise what could not be explained.
 */
export const explain = (ops: readonly HistoryOp[]): string | null => {
  const sorted = ops
    .filter((op) => op.result !== null || op.action !== 'get')
    .toSorted((a, b) => a.startMs - b.startMs);
  const seen = new Set<string>();
  const done: boolean[] = sorted.map(() => false);
  const mustDo = sorted.filter((op) => op.result !== null).length;

  const search = (state: Register, left: number): boolean => {
    if (left === 0) return true;
    const mark = `${state}|${done.map(Number).join('')}`;
    if (seen.has(mark)) return false;
    seen.add(mark);
    let limitMs = Number.POSITIVE_INFINITY;
    sorted.forEach((op, i) => {
      if (!done[i]) limitMs = Math.min(limitMs, op.endMs);
    });
    for (let i = 0; i < sorted.length; i += 1) {
      const op = must(sorted[i], 'index is in range');
      if (done[i] || op.startMs > limitMs) continue;
      const next = step(state, op);
      if (next === null) continue;
      done[i] = true;
      if (search(next, left - Number(op.result !== null))) return true;
      done[i] = false;
    }
    return false;
  };
  if (search('absent', mustDo)) return null;
  return sorted
    .map(
      (op) =>
        `${op.action} ${op.key} ${op.startMs.toFixed(1)}..${op.endMs.toFixed(1)} ` +
        `-> ${String(op.result)}`,
    )
    .join('\n');
};

const step = (state: Register, op: HistoryOp): Register | null => {
  if (op.action === 'get') return op.result === state ? state : null;
  const { next, result } = act(state, op.action);
  return op.result === null || op.result === result ? next : null;
};

/** Every key on its own; the first that can not be explained. */
export const explainAll = (ops: readonly HistoryOp[]): string | null => {
  const byKey = new Map<string, HistoryOp[]>();
  for (const op of ops) byKey.set(op.key, [...(byKey.get(op.key) ?? []), op]);
  for (const [, keyOps] of [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const why = explain(keyOps);
    if (why !== null) return why;
  }
  return null;
};
