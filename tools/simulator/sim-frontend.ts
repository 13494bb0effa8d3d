import type { BeatResult } from '../../shared/contract/nameserver.ts';
import type { View } from '../../shared/contract/view.ts';
import { must } from '../../shared/runtime/assert.ts';
import type { Outcome } from '../../shared/contract/submission.ts';
import type { SimResult } from './model.ts';
import type { Random } from './random.ts';
import { SimElector } from './sim-elector.ts';
import { type Carried, SimForwarder } from './sim-forwarder.ts';
import { type Offered, QueueDisk, SimQueue } from './sim-queue.ts';
import type { ReadAnswer, Served, SimOp, WriteAnswer } from './sim-service.ts';
import { type Callee, breakConnections, call } from './call.ts';
import type { World } from './world.ts';

const beatMs = 500;
const beatDeadlineMs = 450;
const staleReadMs = 400;

/** What a client hears. pending: accepted under this id, its end can be asked for. */
export type WriteReply =
  | { kind: 'done'; result: SimResult }
  | { kind: 'failed' }
  | { kind: 'unknown' }
  | { kind: 'pending'; id: string };

export type ReadReply = { kind: 'done'; answer: ReadAnswer } | { kind: 'failed' };

/** ended: how; waiting: not yet; gone: no such submission, which must never be. */
export type SubmissionReply = { kind: 'ended'; outcome: Outcome } | { kind: 'waiting' | 'gone' };

export interface FrontendOptions {
  electShortest: boolean;
  silentMs: number;
  totalMs: number;
  queue: boolean;
}

/** Everything that a front end holds in memory. */
interface FrontendProcess {
  instance: string;
  elector: SimElector;
  forwarder: SimForwarder;
  queue: SimQueue | null;
}

/** A front end: production tracker and queue rules, simulated network and disk, many lives. */
export class SimFrontend implements Callee {
  readonly name: string;
  readonly connections = new Set<() => void>();
  readonly queueDisk = new QueueDisk();
  /** Milliseconds by which the clock of this machine is off. */
  clockOffMs = 0;
  readonly #world: World;
  readonly #random: Random;
  readonly #options: FrontendOptions;
  #process: FrontendProcess | null = null;
  /** view.json: may be older than what the process knew. */
  #keptView: View | null = null;
  #lives = 0;

  constructor(slot: string, world: World, options: FrontendOptions) {
    this.name = `f${slot}`;
    this.#world = world;
    this.#random = world.random.fork(this.name);
    this.#options = options;
  }

  get alive(): boolean {
    return this.#process !== null;
  }

  start(): void {
    if (this.#process !== null) return;
    this.#lives += 1;
    const life = this.#lives;
    const current = (): boolean => this.#process !== null && this.#lives === life;
    const parts = { world: this.#world, random: this.#random, name: this.name, current };
    const instance = `${this.name}${life.toString(16).padStart(2, '0')}`.repeat(8);
    const elector = new SimElector({
      ...parts,
      instance,
      electShortest: this.#options.electShortest,
      onMoved: (belief) => forwarder.follow(belief),
      onAdopted: (view) => this.#keep(view, current),
    });
    const { silentMs, totalMs } = this.#options;
    const forwarder = new SimForwarder({ ...parts, elector, silentMs, totalMs });
    this.#process = { instance, elector, forwarder, queue: null };
    if (this.#keptView !== null) elector.adopt(this.#keptView);
    if (this.#options.queue) this.#process.queue = this.#openQueue(forwarder, current);
    this.#world.trace(`${this.name} starts`);
    this.#beat(life);
  }

  #openQueue(forwarder: SimForwarder, current: () => boolean): SimQueue {
    return new SimQueue({
      world: this.#world,
      random: this.#random,
      disk: this.queueDisk,
      forwarder,
      name: this.name,
      wallMs: () => this.#wallMs,
      current,
      onBroken: () => {
        this.kill();
        this.#world.scheduler.after(300, () => this.start());
      },
    });
  }

  kill(): void {
    if (this.#process === null) return;
    this.#process.forwarder.close();
    this.#process.queue?.crash();
    this.#process = null;
    breakConnections(this);
    this.#world.trace(`${this.name} is killed`);
  }

  get #wallMs(): number {
    return 1_750_000_000_000 + this.clockOffMs + this.#world.scheduler.nowMs;
  }

  /** The file is written a little later; a crash before leaves the older view. */
  #keep(view: View, current: () => boolean): void {
    this.#world.scheduler.after(this.#random.between(1, 30), () => {
      if (current() && view.viewNumber > (this.#keptView?.viewNumber ?? 0)) this.#keptView = view;
    });
  }

  #beat(life: number): void {
    if (this.#process === null || this.#lives !== life) return;
    const { elector, instance } = this.#process;
    const { nameServer, scheduler } = this.#world;
    call(this.#world, {
      from: this.name,
      to: nameServer,
      deadlineMs: beatDeadlineMs,
      serve: (answer: (value: BeatResult | 'burned' | null) => void) =>
        nameServer.beat(
          { kind: 'frontend', id: this.name, instance, boot: 0, status: null },
          answer,
        ),
      done: (result) => {
        if (this.#lives !== life || !result.ok) return;
        const { value } = result;
        if (value !== null && value !== 'burned' && value.news !== null) {
          elector.adopt(value.news.view);
        }
      },
    });
    scheduler.after(beatMs, () => this.#beat(life));
  }

  submit(op: SimOp, client: string, answer: (reply: WriteReply) => void): void {
    const process = must(this.#process, 'only the living are called');
    const { queue, forwarder } = process;
    const mayQueue = op.action === 'place' ? queue : null;
    const known = mayQueue !== null && mayQueue.rules.rowOfOp(op.opId) !== null;
    if (mayQueue !== null && (known || mayQueue.rules.isWaiting(client))) {
      mayQueue.offer(op, client, (offered) => answer(replyOf(offered, { kind: 'failed' })));
      return;
    }
    forwarder.submit(op, (carried) => {
      if (carried.kind === 'done') {
        queue?.primaryServes();
        answer({ kind: 'done', result: carried.value.result });
      } else if (mayQueue === null) answer({ kind: carried.kind });
      else mayQueue.offer(op, client, (offered) => answer(replyOf(offered, carried)));
    });
  }

  read(keys: readonly string[], answer: (reply: ReadReply) => void): void {
    const { forwarder } = must(this.#process, 'only the living are called');
    forwarder.read(keys, (carried) => {
      answer(
        carried.kind === 'done' ? { kind: 'done', answer: carried.value } : { kind: 'failed' },
      );
    });
  }

  /** From any back end, one after the other until one answers. */
  readStale(keys: readonly string[], answer: (reply: ReadReply) => void): void {
    const process = must(this.#process, 'only the living are called');
    const [store, ...others] = this.#random.shuffle(this.#world.stores);
    const ask = (one: typeof store, left: typeof others): void => {
      if (one === undefined) return answer({ kind: 'failed' });
      return call(this.#world, {
        from: this.name,
        to: one,
        deadlineMs: staleReadMs,
        serve: (reply: (served: Served<ReadAnswer>) => void) =>
          one.service.read({ keys, stale: true }, reply),
        done: (result) => {
          if (this.#process !== process) return undefined;
          const served = result.ok && result.value.ok ? result.value.value : null;
          if (served !== null) return answer({ kind: 'done', answer: served });
          return ask(left[0], left.slice(1));
        },
      });
    };
    ask(store, others);
  }

  withdraw(id: string, answer: (offered: Offered) => void): void {
    this.#process?.queue?.withdraw(id, answer);
  }

  submission(id: string, answer: (reply: SubmissionReply) => void): void {
    const row = this.#process?.queue?.rules.row(id) ?? null;
    if (row === null) return answer({ kind: 'gone' });
    return answer(row.end === null ? { kind: 'waiting' } : { kind: 'ended', ...row.end });
  }
}

/** When the queue does not take it, what is known of the attempts before stays true. */
const replyOf = (
  offered: Offered,
  carried: Exclude<Carried<WriteAnswer>, { kind: 'done' }>,
): WriteReply => {
  if (offered.kind === 'accepted') return { kind: 'pending', id: offered.id };
  return offered.why === 'unknown' ? { kind: 'unknown' } : { kind: carried.kind };
};
