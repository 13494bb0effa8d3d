import { laterThan } from '../../shared/contract/instant.ts';

/**
 * The state machine of the simulation: one register per key (absent, placed, cancelled) with the
 * same at-most-once rule and the same rule of time as the orders. Small enough to check every
 * history for linearizability.
 */
export type Register = 'absent' | 'placed' | 'cancelled';

export interface SimCommand {
  opId: string;
  key: string;
  /** close: nothing may be placed under this opId any more (the end of a queued order). */
  action: 'place' | 'cancel' | 'close';
  /** What the clock of the primary said. */
  at: string;
}

export type SimResult = 'placed' | 'exists' | 'cancelled' | 'not-found' | 'already' | 'closed';

/** What an action does to a register; the checker and the replicas share this one rule. */
export const act = (
  state: Register,
  action: SimCommand['action'],
): { next: Register; result: SimResult } => {
  if (action === 'close') return { next: state, result: 'closed' };
  if (action === 'place') {
    return state === 'absent'
      ? { next: 'placed', result: 'placed' }
      : { next: state, result: 'exists' };
  }
  if (state === 'placed') return { next: 'cancelled', result: 'cancelled' };
  return { next: state, result: state === 'absent' ? 'not-found' : 'already' };
};

/** One executed op; `fresh` when it was executed now, not found among the recorded results. */
export interface Done extends SimCommand {
  result: SimResult;
  fresh: boolean;
  seal: number;
}

/** Executed entries, one per lsn from 1 on; null for a barrier. The list is the durable state. */
export type Executed = Done | null;

const hashEvery = 16;

export class SimState {
  readonly executed: Executed[] = [];
  readonly registers = new Map<string, Register>();
  readonly results = new Map<string, SimResult>();
  #lastAt: string | null = null;
  #hash = 0;
  /** The rolling hash at the last multiple of 16 (every 1,000 in production). */
  stateHash: { lsn: number; hash: string } | null = null;

  constructor(executed: readonly Executed[]) {
    for (const one of executed) this.#record(one);
  }

  get appliedLsn(): number {
    return this.executed.length;
  }

  execute(command: SimCommand | null): Executed {
    const done = command === null ? null : this.#outcome(command);
    this.#record(done);
    return done;
  }

  #outcome(command: SimCommand): Done {
    const before = this.results.get(command.opId);
    if (before !== undefined) return { ...command, result: before, fresh: false, seal: 1 };
    const { result } = act(this.register(command.key), command.action);
    const at = laterThan(this.#lastAt, command.at);
    return { ...command, at, result, fresh: true, seal: sealOf(command.opId, result, at) };
  }

  #record(done: Executed): void {
    this.executed.push(done);
    if (done !== null) this.#hash = Math.imul(this.#hash ^ done.seal, 0x01000193) >>> 0;
    const lsn = this.executed.length;
    if (lsn % hashEvery === 0) this.stateHash = { lsn, hash: this.#hash.toString(16) };
    if (done === null || !done.fresh) return;
    this.#lastAt = done.at;
    this.results.set(done.opId, done.result);
    const register = this.register(done.key);
    const { next } = act(register, done.action);
    if (next !== register) this.registers.set(done.key, next);
  }

  register(key: string): Register {
    return this.registers.get(key) ?? 'absent';
  }
}

const sealOf = (...parts: string[]): number => {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 1) {
      hash = Math.imul(hash ^ part.charCodeAt(i), 0x01000193);
    }
  }
  return hash >>> 0;
};
