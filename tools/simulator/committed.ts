import type { Executed, Register } from './model.ts';

/** What every store executed, in one list, with an index to look back at any lsn. */
export class CommittedHistory {
  readonly executed: Executed[] = [];
  readonly #lsnOf = new Map<string, number>();
  readonly #changes = new Map<string, { lsn: number; register: Register }[]>();

  get length(): number {
    return this.executed.length;
  }

  add(one: Executed): void {
    this.executed.push(one);
    if (one === null || !one.fresh) return;
    const lsn = this.executed.length;
    this.#lsnOf.set(one.opId, lsn);
    if (one.result !== 'placed' && one.result !== 'cancelled') return;
    const changes = this.#changes.get(one.key) ?? [];
    changes.push({ lsn, register: one.result });
    this.#changes.set(one.key, changes);
  }

  /** The lsn at which the op had its effect; null when it was never executed. */
  lsnOf(opId: string): number | null {
    return this.#lsnOf.get(opId) ?? null;
  }

  at(lsn: number): Executed | undefined {
    return this.executed[lsn - 1];
  }

  resultOf(opId: string) {
    const lsn = this.lsnOf(opId);
    return lsn === null ? null : (this.at(lsn)?.result ?? null);
  }

  registerAt(key: string, lsn: number): Register {
    return this.#changes.get(key)?.findLast((change) => change.lsn <= lsn)?.register ?? 'absent';
  }
}

/** Whether two stores did the same at one lsn. */
export const sameOp = (a: Executed, b: Executed): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.opId === b.opId &&
    a.result === b.result &&
    a.fresh === b.fresh &&
    a.at === b.at);
