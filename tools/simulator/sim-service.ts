import type { ReplicaStatus } from '../../shared/contract/replica.ts';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import type { View } from '../../shared/contract/view.ts';
import type { Outcome } from '../../backend-server/replication/events.ts';
import type { Register, SimCommand, SimResult } from './model.ts';
import type { Process, SimStore } from './sim-store.ts';
import { type World, simClusterId, simGroup } from './world.ts';

/** What a back end says to a front end; an error in the words of the error table. */
export type Served<T> =
  | { ok: true; value: T }
  | { ok: false; code: ErrorCode; view: View | null; retryAfterMs: number };

export interface WriteAnswer {
  result: SimResult;
  lsn: number;
}

/** Registers at one instant: the state as executed at lsn. */
export interface ReadAnswer {
  registers: Register[];
  lsn: number;
}

export type SimOp = Omit<SimCommand, 'at'>;

type Reply<T> = (served: Served<T>) => void;

/** Longer than a fail-over takes, shorter than any caller waits (order-service.ts). */
const takeOverMs = 1000;

/** What a back end does with requests: the order service and the status of the product. */
export class SimService {
  readonly #store: SimStore;
  readonly #world: World;

  constructor(store: SimStore, world: World) {
    this.#store = store;
    this.#world = world;
  }

  submit(op: SimOp, answer: Reply<WriteAnswer>): void {
    this.#store.whenAwake((process) => {
      if (process.core.state.primary === null) return answer(notPrimary(process));
      return this.#whenSettled(process, () => this.#submitSettled(process, op, answer));
    });
  }

  /** While a new primary takes over, its barrier goes before the work of admission. */
  #whenSettled(process: Process, then: () => void): void {
    if (process.core.state.primary?.serving === true) return then();
    let done = false;
    const once = (): void => {
      if (done || this.#store.process !== process) return;
      done = true;
      this.#store.whenAwake(then);
    };
    process.settled.push(once);
    return this.#world.scheduler.after(takeOverMs, once);
  }

  #submitSettled(process: Process, op: SimOp, answer: Reply<WriteAnswer>): void {
    const { primary } = process.core.state;
    if (primary === null) return answer(notPrimary(process));
    if (!primary.serving) return answer(refused('unavailable', 100));
    const payload = JSON.stringify({ ...op, at: this.#now(process) });
    const { epoch } = primary;
    let lsn: number | null = null;
    const settle = (outcome: Outcome): void => {
      if (lsn !== null && outcome.kind === 'not-primary')
        this.#world.checkers.onNeverDone(this.#store, { epoch, lsn, opId: op.opId });
      this.#onOutcome(op, outcome, answer);
    };
    this.#store.ask((req) => ({ kind: 'submit', req, opId: op.opId, payload }), settle);
    // It waits at this position, or was answered at once.
    lsn = primary.writeByOpId.get(op.opId)?.lsn ?? null;
    return undefined;
  }

  /** Grows from op to op of this process, whatever the wall clock does. */
  #now(process: Process): string {
    process.lastAtMs = Math.max(process.lastAtMs + 1, this.#store.wallMs);
    return new Date(process.lastAtMs).toISOString();
  }

  #onOutcome(op: SimOp, outcome: Outcome, answer: Reply<WriteAnswer>): void {
    const { process, disk } = this.#store;
    if (process === null) return;
    if (outcome.kind !== 'done') return answer(errorOf(process, outcome));
    const { lsn, copies } = outcome;
    const result = disk.state.results.get(op.opId);
    const acknowledged = this.#world.checkers.onAcknowledged(this.#store, {
      opId: op.opId,
      result,
      lsn,
      copies,
    });
    return answer({ ok: true, value: { result: acknowledged, lsn } });
  }

  /** Linearizable when not stale; a stale read takes this store as it is. */
  read(query: { keys: readonly string[]; stale: boolean }, answer: Reply<ReadAnswer>): void {
    this.#store.whenAwake((process) => {
      if (query.stale) return answer({ ok: true, value: this.#look(query.keys, 0) });
      const { answeredLsn } = this.#world.checkers;
      const { checkers } = this.#world;
      const leastLsn = checkers.committedLsn;
      return this.#store.ask(
        (req) => ({ kind: 'read', req }),
        (outcome) => {
          if (this.#store.process !== process) return undefined;
          if (outcome.kind !== 'read-at') return answer(errorOf(process, outcome));
          checkers.onFreshRead(this.#store, leastLsn);
          return answer({ ok: true, value: this.#look(query.keys, answeredLsn) });
        },
      );
    });
  }

  #look(keys: readonly string[], atLeastLsn: number): ReadAnswer {
    const { state } = this.#store.disk;
    const answer = { registers: keys.map((key) => state.register(key)), lsn: state.appliedLsn };
    this.#world.checkers.onRead(this.#store, { keys, atLeastLsn }, answer);
    return answer;
  }

  /** The newest view that is known here, as a refusal brings it along. */
  news(answer: (view: View | null) => void): void {
    this.#store.whenAwake((process) => answer(process.core.state.view));
  }

  status(answer: (status: ReplicaStatus) => void): void {
    this.#store.whenAwake((process) => answer(statusOf(this.#store, process)));
  }
}

const refused = (code: ErrorCode, retryAfterMs: number): Served<never> => ({
  ok: false,
  code,
  view: null,
  retryAfterMs,
});

const notPrimary = (process: Process): Served<never> => ({
  ok: false,
  code: 'not_primary',
  view: process.core.state.view,
  retryAfterMs: 0,
});

const errorOf = (process: Process, outcome: Outcome): Served<never> => {
  if (outcome.kind === 'not-primary') return notPrimary(process);
  if (outcome.kind === 'busy') return refused('overloaded', 100);
  return { ok: false, code: 'outcome_unknown', view: process.core.state.view, retryAfterMs: 0 };
};

const statusOf = (store: SimStore, process: Process): ReplicaStatus => {
  const core = process.core.inspect();
  return {
    id: store.name,
    group: simGroup,
    storeId: store.id,
    boot: process.core.state.boot,
    clusterId: simClusterId,
    address: store.address,
    version: 'sim',
    pid: 1,
    role: core.role,
    state: '',
    down: false,
    viewNumber: core.viewNumber,
    docHash: core.docHash,
    epoch: core.epoch,
    lastEpoch: core.durableEpoch,
    lastLsn: core.durableLsn,
    commitLsn: core.commitLsn,
    appliedLsn: core.appliedLsn,
    ackedLsn: core.durableLsn,
    hears: core.hears,
    fsyncAgeMs: 0,
    orders: 0,
    uptimeS: 0,
    geocoders: [],
  };
};
