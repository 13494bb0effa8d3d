import type { OpRecord } from './history-record.ts';
import type { DoneFault } from './nemesis.ts';

/** What a run cost its clients. */
export interface Figures {
  /** Operations by outcome, and those by the word for why. */
  outcomes: Record<'ok' | 'fail' | 'info' | 'queued', number>;
  codes: Record<string, number>;
  acknowledgedWrites: number;
  /** Longest time in which no write succeeded anywhere, milliseconds, and when it began. */
  longestOutageMs: number;
  longestOutageAtMs: number;
  /**
   * By kind of fault;
   * two at a time are "together", whatever they are.
   */
  faults: Record<string, FaultFigures>;
}

/** Milliseconds from a fault to the end of the first write that was sent after it. */
interface FaultFigures {
  count: number;
  medianMs: number | null;
  maxMs: number | null;
}

const count = (into: Record<string, number>, word: string): void => {
  into[word] = (into[word] ?? 0) + 1;
};

/** A write that was acknowledged. */
export const isWrite = ({ op, done }: OpRecord): boolean =>
  (op === 'place' || op === 'cancel') && done?.type === 'ok' && done.answered !== null;

function longestGap(
  endsMs: readonly number[], period: readonly [number, number],
): [number, number] {
  const [fromMs, untilMs] = period;
  let longest: [number, number] = [0, fromMs];
  let before = fromMs;
  for (const at of [...endsMs.filter((ms) => ms > fromMs && ms < untilMs), untilMs]) {
    if (at - before > longest[0]) longest = [at - before, before];
    before = at;
  }
  return longest;
}

/** From the fault to the first success among what was sent after it. */
function nextSuccess(writes: readonly OpRecord[], startMs: number): number | null {
  let first: number | null = null;
  for (const { startMs: sentMs, done } of writes) {
    if (sentMs < startMs || done === null) continue;
    if (first !== null && sentMs > first) break;
    first = Math.min(first ?? done.endMs, done.endMs);
  }
  return first === null ? null : first - startMs;
}

const meet = (a: DoneFault, b: DoneFault): boolean =>
  a.startMs < (b.endMs ?? Infinity) && b.startMs < (a.endMs ?? Infinity);

function faultFigures(waits: readonly (number | null)[]): FaultFigures {
  const sorted = waits.filter((ms) => ms !== null).toSorted((a, b) => a - b);
  return {
    count: waits.length,
    medianMs: sorted[Math.floor(sorted.length / 2)] ?? null,
    maxMs: sorted.at(-1) ?? null,
  };
}

/** `period`: in which faults were done, on the clock of the history. */
export function figuresOf(
  ops: readonly OpRecord[], faults: readonly DoneFault[], period: readonly [number, number],
): Figures {
  const outcomes = { ok: 0, fail: 0, info: 0, queued: 0 };
  const codes: Record<string, number> = {};
  for (const { done } of ops) {
    outcomes[typeof done?.submission === 'string' ? 'queued' : done?.type ?? 'info'] += 1;
    if (done !== null && done.code !== '') count(codes, done.code);
  }
  const writes = ops.filter(isWrite);
  const endsMs = writes.flatMap(({ done }) => done?.endMs ?? []).sort((a, b) => a - b);
  const [longestOutageMs, longestOutageAtMs] = longestGap(endsMs, period);
  const waits = new Map<string, (number | null)[]>();
  for (const fault of faults) {
    const kind = faults.some((other) => other !== fault && meet(fault, other))
      ? 'together' : fault.kind;
    waits.set(kind, [...waits.get(kind) ?? [], nextSuccess(writes, fault.startMs)]);
  }
  return {
    outcomes, codes, acknowledgedWrites: writes.length, longestOutageMs, longestOutageAtMs,
    faults: Object.fromEntries([...waits].map(([kind, all]) => [kind, faultFigures(all)])),
  };
}
