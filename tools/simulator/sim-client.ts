import type { ViewAnswer } from '../../shared/contract/nameserver.ts';
import type { View, ViewNews } from '../../shared/contract/view.ts';
import type { Outcome } from '../../backend-server/replication/events.ts';
import type { HistoryOp } from './history.ts';
import type { SimCommand, SimResult } from './model.ts';
import { type World, call } from './world.ts';
import type { SimStore } from './sim-store.ts';

const deadlineMs = 5000;
/** A register ends as cancelled and changes no more: new ones come into use all the time. */
const freshKeysMs = 400;

interface Attempt {
  op: HistoryOp;
  command: SimCommand | null;
  opId: string;
  untilMs: number;
  sent: boolean;
}

/**
 * A client with its front end: keeps a view, sends to its primary, suspects it when it does not
 * answer, retries with the same opId, and records what it saw.
 */
export class SimClient {
  readonly name: string;
  readonly history: HistoryOp[] = [];
  open = 0;
  acknowledged = 0;
  stopped = false;
  readonly #world: World;
  readonly #keys: number;
  readonly #attemptMs: number;
  readonly #electShortest: boolean;
  /** Some only read: a writer notices at its first write that its primary is cut off. */
  readonly #writeShare: number;
  #view: View | null = null;
  #count = 0;

  constructor(
    name: string,
    world: World,
    options: { keys: number; attemptMs: number; electShortest: boolean },
  ) {
    this.name = name;
    this.#world = world;
    this.#keys = options.keys;
    this.#attemptMs = options.attemptMs;
    this.#electShortest = options.electShortest;
    this.#writeShare = world.random.pick([0, 0.3, 0.7, 0.7]) ?? 0.7;
  }

  start(): void {
    this.#pauseThen(() => this.#next());
  }

  #pauseThen(run: () => void): void {
    this.#world.scheduler.after(this.#world.random.between(1, 60), run);
  }

  #next(): void {
    if (this.stopped) return;
    const { random, scheduler } = this.#world;
    this.#count += 1;
    const key = `k${Math.floor(scheduler.nowMs / freshKeysMs)}-${random.int(1, this.#keys)}`;
    const write: HistoryOp['action'] = random.chance(0.7) ? 'place' : 'cancel';
    const action = random.chance(this.#writeShare) ? write : 'get';
    const opId = `${this.name}-${this.#count}`;
    const op: HistoryOp = {
      key,
      action,
      startMs: scheduler.nowMs,
      endMs: Number.POSITIVE_INFINITY,
      result: null,
    };
    this.history.push(op);
    this.open += 1;
    const command = action === 'get' ? null : { opId, key, action };
    this.#attempt({ op, command, opId, untilMs: scheduler.nowMs + deadlineMs, sent: false });
  }

  /** A read of every key at the end; it must succeed once everything is healed. */
  readAll(keys: readonly string[], done: () => void): void {
    this.stopped = false;
    let left = keys.length;
    for (const key of keys) {
      const op: HistoryOp = {
        key,
        action: 'get',
        startMs: this.#world.scheduler.nowMs,
        endMs: Number.POSITIVE_INFINITY,
        result: null,
      };
      this.history.push(op);
      this.open += 1;
      const finish = (): void => {
        left -= 1;
        if (left === 0) done();
      };
      this.#attempt(
        { op, command: null, opId: '', untilMs: Number.POSITIVE_INFINITY, sent: false },
        finish,
      );
    }
  }

  #finish(attempt: Attempt, result: HistoryOp['result'], then: (() => void) | undefined): void {
    attempt.op.result = result;
    attempt.op.endMs = this.#world.scheduler.nowMs;
    this.open -= 1;
    this.acknowledged += 1;
    if (then !== undefined) then();
    else this.#pauseThen(() => this.#next());
  }

  #giveUp(attempt: Attempt): void {
    this.open -= 1;
    // Never sent, or a read: it certainly had no effect and leaves no trace in the history.
    if (!attempt.sent || attempt.command === null)
      this.history.splice(this.history.indexOf(attempt.op), 1);
    this.#pauseThen(() => this.#next());
  }

  #attempt(attempt: Attempt, then?: () => void): void {
    if (this.#world.scheduler.nowMs > attempt.untilMs) return this.#giveUp(attempt);
    const view = this.#view;
    const store = this.#world.stores.find((one) => one.id === view?.primary);
    if (view === null || store === undefined) {
      return this.#refresh(() => this.#retry(attempt, then));
    }
    attempt.sent = true;
    return call(this.#world, {
      from: this.name,
      to: store.id,
      deadlineMs: this.#attemptMs,
      alive: () => store.alive,
      serve: (answer: (value: Served) => void) => serve(store, attempt, answer),
      done: (result) => {
        if (!result.ok) return this.#suspect(view, () => this.#retry(attempt, then));
        return this.#onServed(attempt, result.value, then);
      },
    });
  }

  #onServed(attempt: Attempt, served: Served, then: (() => void) | undefined): void {
    if (served.result !== null) return this.#finish(attempt, served.result, then);
    if (served.view !== null && served.view.viewNumber > (this.#view?.viewNumber ?? 0)) {
      this.#view = served.view;
      return this.#attempt(attempt, then);
    }
    return this.#refresh(() => this.#retry(attempt, then));
  }

  #retry(attempt: Attempt, then: (() => void) | undefined): void {
    this.#world.scheduler.after(this.#world.random.between(5, 60), () =>
      this.#attempt(attempt, then),
    );
  }

  #adopt(news: ViewNews | null | undefined): void {
    if (news && news.view.viewNumber > (this.#view?.viewNumber ?? 0)) this.#view = news.view;
  }

  #refresh(then: () => void): void {
    const { nameServer } = this.#world;
    call(this.#world, {
      from: this.name,
      to: 'ns',
      deadlineMs: 500,
      alive: () => nameServer.alive,
      serve: (answer: (value: ViewNews | null) => void) => nameServer.getView(answer),
      done: (result) => {
        if (result.ok) this.#adopt(result.value);
        then();
      },
    });
  }

  /** Asks the members how far they are, then the name server to replace the primary. */
  #suspect(view: View, then: () => void): void {
    const others = this.#world.stores.filter(
      (store) => view.inSync.includes(store.id) && store.id !== view.primary,
    );
    const positions: { id: string; lastEpoch: number; lastLsn: number }[] = [];
    let left = others.length;
    const finish = (): void => {
      left -= 1;
      if (left > 0) return;
      const reversed = this.#electShortest;
      positions.sort(
        (a, b) => (b.lastEpoch - a.lastEpoch || b.lastLsn - a.lastLsn) * (reversed ? -1 : 1),
      );
      this.#elect(view, positions[0]?.id ?? null, then);
    };
    if (others.length === 0) {
      left = 1;
      return finish();
    }
    for (const store of others) {
      call(this.#world, {
        from: this.name,
        to: store.id,
        deadlineMs: 250,
        alive: () => store.alive,
        serve: (answer: (value: { lastEpoch: number; lastLsn: number }) => void) =>
          store.position(answer),
        done: (result) => {
          if (result.ok) positions.push({ id: store.id, ...result.value });
          finish();
        },
      });
    }
    return undefined;
  }

  #elect(view: View, candidate: string | null, then: () => void): void {
    const { nameServer } = this.#world;
    call(this.#world, {
      from: this.name,
      to: 'ns',
      deadlineMs: 1000,
      alive: () => nameServer.alive,
      serve: (answer: (value: ViewAnswer | null) => void) =>
        nameServer.elect({ viewNumber: view.viewNumber, candidate, frontend: this.name }, answer),
      done: (result) => {
        if (result.ok) this.#adopt(result.value?.news);
        then();
      },
    });
  }
}

interface Served {
  result: HistoryOp['result'];
  view: View | null;
}

const serve = (store: SimStore, attempt: Attempt, answer: (value: Served) => void): void => {
  const settle = (outcome: Outcome): void => {
    const process = store.process;
    if (process === null) return;
    const { view } = process.core.state;
    if (outcome.kind === 'done') {
      const result = store.disk.state.results.get(attempt.opId) as SimResult;
      answer({ result, view });
    } else if (outcome.kind === 'read-at') {
      answer({ result: store.disk.state.register(attempt.op.key), view });
    } else {
      answer({ result: null, view });
    }
  };
  if (attempt.command === null) store.read(settle);
  else store.submit({ opId: attempt.opId, payload: JSON.stringify(attempt.command) }, settle);
};
