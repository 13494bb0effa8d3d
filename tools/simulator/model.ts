/**
 * The state machine of the simulation: one register per key (absent, placed, cancelled) with the
 * same at-most-once rule as the orders. Small enough to check every history for linearizability.
 */
export type Register = 'absent' | 'placed' | 'cancelled';

export interface SimCommand {
  opId: string;
  key: string;
  action: 'place' | 'cancel';
}

export type SimResult = 'placed' | 'exists' | 'cancelled' | 'not-found' | 'already';

/** What an action does to a register; the checker and the replicas share this one rule. */
export const act = (
  state: Register,
  action: 'place' | 'cancel',
): { next: Register; result: SimResult } => {
  if (action === 'place') {
    return state === 'absent'
      ? { next: 'placed', result: 'placed' }
      : { next: state, result: 'exists' };
  }
  if (state === 'placed') return { next: 'cancelled', result: 'cancelled' };
  return { next: state, result: state === 'absent' ? 'not-found' : 'already' };
};

/** Executed entries, one per lsn from 1 on; null for a barrier. The list is the durable state. */
export type Executed = (SimCommand & { result: SimResult; fresh: boolean }) | null;

export class SimState {
  readonly executed: Executed[];
  readonly registers = new Map<string, Register>();
  readonly results = new Map<string, SimResult>();

  constructor(executed: readonly Executed[]) {
    this.executed = [];
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

  #outcome(command: SimCommand): Executed {
    const before = this.results.get(command.opId);
    if (before !== undefined) return { ...command, result: before, fresh: false };
    const { result } = act(this.register(command.key), command.action);
    return { ...command, result, fresh: true };
  }

  #record(done: Executed): void {
    this.executed.push(done);
    if (done === null || !done.fresh) return;
    this.results.set(done.opId, done.result);
    this.registers.set(done.key, act(this.register(done.key), done.action).next);
  }

  register(key: string): Register {
    return this.registers.get(key) ?? 'absent';
  }
}
