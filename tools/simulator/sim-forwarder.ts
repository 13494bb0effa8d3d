import { OrderlyError } from '../../shared/contract/errors.ts';
import type { View } from '../../shared/contract/view.ts';
import type { Belief, Judgement } from '../../frontend-server/primary-tracker.ts';
import type { Random } from './random.ts';
import type { RoundResult, SimElector } from './sim-elector.ts';
import type { ReadAnswer, Served, SimOp, WriteAnswer } from './sim-service.ts';
import type { SimStore } from './sim-store.ts';
import { call } from './call.ts';
import type { World } from './world.ts';

/** done: the back end's answer; failed and unknown: the deadline came first. */
export type Carried<T> = { kind: 'done'; value: T } | { kind: 'failed' } | { kind: 'unknown' };

type Outcome<T> = { ok: true; value: T } | { ok: false; error: OrderlyError; view: View | null };

const attemptMsMin = 10;
const pauseMsFirst = 10;
const pauseMsMax = 50;
const watchEveryMs = 100;
const retireMs = 50;
/** Requests may be as late as this (PROTOCOL 4.1). */
const lateRequestMs = 900;

/** All calls of the order path to one primary, over one connection. */
interface Lane {
  belief: Belief;
  store: SimStore;
  owed: Set<(error: OrderlyError) => void>;
  heardMs: number;
  closed: boolean;
  onReset: () => void;
}

interface Errand<T> {
  serve: (store: SimStore, answer: (served: Served<T>) => void) => void;
  hasEffect: boolean;
  endMs: number;
  mayHaveRun: boolean;
  number: number;
  done: (carried: Carried<T>) => void;
}

export interface ForwarderParts {
  world: World;
  random: Random;
  /** The front end: its calls come from there. */
  name: string;
  elector: SimElector;
  /** A primary that owes an answer and is silent for so long is looked at. */
  silentMs: number;
  /** The deadline of every request; 5 s in production. */
  totalMs: number;
  /** False once the process is gone. */
  current: () => boolean;
}

/** What forwarder.ts and primary-link.ts do, step by step, with simulated calls. */
export class SimForwarder {
  readonly #parts: ForwarderParts;
  #lane: Lane | null = null;
  #watching = false;
  #looking = false;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
  }

  submit(op: SimOp, done: (carried: Carried<WriteAnswer>) => void): void {
    this.#begin<WriteAnswer>(true, (store, answer) => store.service.submit(op, answer), done);
  }

  read(keys: readonly string[], done: (carried: Carried<ReadAnswer>) => void): void {
    this.#begin<ReadAnswer>(
      false,
      (store, answer) => store.service.read({ keys, stale: false }, answer),
      done,
    );
  }

  /** Requests go there from now on; what is owed by the old one has a moment to come. */
  follow(belief: Belief): void {
    const old = this.#lane;
    this.#lane = null;
    if (old !== null) {
      const silent = this.#nowMs - old.heardMs >= this.#parts.silentMs;
      if (old.owed.size === 0 || silent) this.#close(old);
      else this.#parts.world.scheduler.after(retireMs, () => this.#close(old));
    }
    const store = this.#parts.world.stores.find((one) => one.address === belief.address);
    if (store !== undefined) this.#open(belief, store);
  }

  /** The process ends. */
  close(): void {
    if (this.#lane !== null) this.#lane.store.connections.delete(this.#lane.onReset);
  }

  get #nowMs(): number {
    return this.#parts.world.scheduler.nowMs;
  }

  #open(belief: Belief, store: SimStore): void {
    const { world, name, elector } = this.#parts;
    const lane: Lane = {
      belief,
      store,
      owed: new Set(),
      heardMs: this.#nowMs,
      closed: false,
      onReset: () =>
        world.network.request({ from: store.name, to: name, lateMsMax: 0 }, () => {
          if (lane.closed || !this.#parts.current()) return;
          failAll(lane);
          if (this.#lane !== lane) return;
          elector.suspect(belief, { suspicion: 'reset', look: true }, () => {});
        }),
    };
    this.#lane = lane;
    if (store.alive) store.connections.add(lane.onReset);
  }

  #close(lane: Lane): void {
    if (lane.closed) return;
    lane.closed = true;
    lane.store.connections.delete(lane.onReset);
    failAll(lane);
  }

  #begin<T>(
    hasEffect: boolean,
    serve: Errand<T>['serve'],
    done: (carried: Carried<T>) => void,
  ): void {
    const endMs = this.#nowMs + this.#parts.totalMs;
    this.#attempt({ serve, hasEffect, endMs, mayHaveRun: false, number: 0, done });
  }

  #attempt<T>(errand: Errand<T>): void {
    if (!this.#parts.current()) return;
    const leftMs = errand.endMs - this.#nowMs;
    if (leftMs < attemptMsMin) {
      errand.done({ kind: errand.hasEffect && errand.mayHaveRun ? 'unknown' : 'failed' });
      return;
    }
    const next = (): void => {
      errand.number += 1;
      this.#attempt(errand);
    };
    const lane = this.#lane;
    if (lane === null) {
      this.#within(leftMs, (then) => this.#parts.elector.find(then), next);
      return;
    }
    this.#callLane(lane, errand, (outcome) => {
      if (!this.#parts.current()) return;
      if (outcome.ok) {
        errand.done({ kind: 'done', value: outcome.value });
        return;
      }
      if (outcome.view !== null) this.#parts.elector.adopt(outcome.view);
      const judgement = this.#parts.elector.tracker.judge(outcome.error, lane.belief);
      if (judgement.next !== 'answer') errand.mayHaveRun ||= judgement.mayHaveRun;
      this.#recover(judgement, { lane, errand }, next);
    });
  }

  #callLane<T>(lane: Lane, errand: Errand<T>, done: (outcome: Outcome<T>) => void): void {
    const { world, name } = this.#parts;
    if (lane.owed.size === 0) lane.heardMs = this.#nowMs;
    let over = false;
    const finish = (outcome: Outcome<T>): void => {
      if (over) return;
      over = true;
      lane.owed.delete(fail);
      done(outcome);
    };
    const fail = (error: OrderlyError): void => finish({ ok: false, error, view: null });
    lane.owed.add(fail);
    this.#watch();
    if (lane.store.alive) lane.store.connections.add(lane.onReset);
    call(world, {
      from: name,
      to: lane.store,
      deadlineMs: errand.endMs - this.#nowMs,
      lateMsMax: lateRequestMs,
      serve: (answer: (served: Served<T>) => void) => errand.serve(lane.store, answer),
      done: (result) => {
        if (over) return;
        if (!result.ok) return fail(transportError(result.why));
        lane.heardMs = this.#nowMs;
        if (result.value.ok) return finish(result.value);
        const { code, view, retryAfterMs } = result.value;
        const error = new OrderlyError(code, undefined, { retry_after_ms: retryAfterMs });
        return finish({ ok: false, error, view });
      },
    });
  }

  #recover<T>(judgement: Judgement, at: { lane: Lane; errand: Errand<T> }, next: () => void): void {
    const { lane, errand } = at;
    const { random, world, elector } = this.#parts;
    const leftMs = errand.endMs - this.#nowMs;
    const { next: todo } = judgement;
    if (leftMs < attemptMsMin || todo === 'answer' || todo === 'resend') return next();
    const sleep = (ms: number, then: () => void): void =>
      world.scheduler.after(Math.min(ms, leftMs), then);
    const jitterMs = random.between(1, Math.min(pauseMsFirst * 2 ** errand.number, pauseMsMax));
    if (todo === 'suspect') {
      const { suspicion, look } = judgement;
      const round = (then: (result: RoundResult) => void): void =>
        elector.suspect(lane.belief, { suspicion, look }, then);
      return this.#within(leftMs, round, (result) => {
        if (result === 'alive' && errand.number > 0) sleep(jitterMs, next);
        else next();
      });
    }
    return sleep(Math.max(jitterMs, judgement.waitMs), () => {
      const moved = elector.tracker.movedSince(lane.belief);
      if (!judgement.lost || errand.number === 0 || moved) return next();
      return this.#within(leftMs, (then) => elector.find(then), next);
    });
  }

  /** The result of a shared round, or 'unchanged' when this caller can not wait for its end. */
  #within(
    leftMs: number,
    round: (then: (result: RoundResult) => void) => void,
    then: (result: RoundResult) => void,
  ): void {
    let over = false;
    const once = (result: RoundResult): void => {
      if (over || !this.#parts.current()) return;
      over = true;
      then(result);
    };
    this.#parts.world.scheduler.after(leftMs, () => once('unchanged'));
    round(once);
  }

  /** Notices a primary that hangs, by its silence. */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#parts.world.scheduler.after(watchEveryMs, () => {
      this.#watching = false;
      const lane = this.#lane;
      if (!this.#parts.current() || lane === null || lane.owed.size === 0) return;
      this.#watch();
      if (this.#looking || this.#nowMs - lane.heardMs < this.#parts.silentMs) return;
      this.#looking = true;
      this.#parts.elector.suspect(lane.belief, { suspicion: 'timeout', look: true }, (result) => {
        this.#looking = false;
        if (result === 'alive') lane.heardMs = this.#nowMs;
      });
    });
  }
}

/** A call that fails may be made again at once: it is not one of these. */
const failAll = (lane: Lane): void => {
  const owed = [...lane.owed];
  for (const fail of owed) fail(transportError('reset'));
};

const transportError = (reason: string): OrderlyError =>
  new OrderlyError(reason === 'refused' ? 'unavailable' : 'outcome_unknown', undefined, { reason });
