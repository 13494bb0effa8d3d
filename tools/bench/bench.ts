import { Pool } from 'undici';
import type { Io } from '../../client/terminal.ts';
import { menuSchema } from '../../shared/contract/order.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { getJson } from '../up/front-door.ts';
import type { Door } from '../up/front-door.ts';
import type { BenchConfig } from './config.ts';
import { runFailover } from './failover.ts';
import type { FailoverResult } from './failover.ts';
import { Load } from './load.ts';
import { OrderRequests } from './order-requests.ts';
import { showProgress } from './progress.ts';
import type { Result } from './tally.ts';

const suiteConnections = [1, 16, 64, 256];
const seedConnections = 64;

/** Whom the bench tells what it does. */
export interface BenchTalk {
  io: Io;
  blocks: boolean;
  say: (line: string) => void;
}

/** What is measured and how; every run has keys of its own. */
export class Bench {
  readonly #door: Door;
  readonly #config: BenchConfig;
  readonly #talk: BenchTalk;
  #results: (Result | FailoverResult)[] = [];

  constructor(door: Door, config: BenchConfig, talk: BenchTalk) {
    this.#door = door;
    this.#config = config;
    this.#talk = talk;
  }

  /** Measures until all is done or the user stops it; resolves with what there is by then. */
  async run(): Promise<(Result | FailoverResult)[]> {
    const { warmUp, stored, failover, suite, connections } = this.#config;
    if (warmUp > 0) {
      this.#talk.say(`warming up with ${warmUp} orders`);
      await this.#place(warmUp);
    }
    if (stored > 0 && !this.#stopped) {
      this.#talk.say(`placing ${stored} orders first`);
      await this.#place(stored);
    }
    for (const many of suite ? suiteConnections : [connections]) {
      if (this.#stopped) break;
      this.#talk.say(`${many} connection${many === 1 ? '' : 's'}`);
      this.#results.push(await (failover ? this.#failover() : this.#measure(many)));
    }
    return this.#results;
  }

  get #stopped(): boolean {
    return this.#talk.io.stop.aborted;
  }

  async #requests(): Promise<OrderRequests> {
    const menu = menuSchema.parse(await getJson(this.#door, '/v1/menu'));
    return new OrderRequests(menu, this.#door.token, this.#config.mix);
  }

  async #withPool<T>(connections: number, work: (pool: Pool) => Promise<T>): Promise<T> {
    const pool = new Pool(this.#door.url, { connections, pipelining: 1 });
    try {
      return await work(pool);
    } finally {
      // What is unanswered when the user stops it is not waited for.
      await (this.#stopped ? pool.destroy() : pool.close());
    }
  }

  async #place(orders: number): Promise<void> {
    const menu = menuSchema.parse(await getJson(this.#door, '/v1/menu'));
    const requests = new OrderRequests(menu, this.#door.token);
    await this.#withPool(seedConnections, (pool) => {
      const load = new Load({
        pool, make: (number) => requests.make(number), connections: seedConnections,
        ratePerS: null, enough: (sent) => sent >= orders, stop: this.#talk.io.stop,
      });
      return this.#shown(load, { kind: 'orders', orders });
    });
  }

  async #measure(connections: number): Promise<Result> {
    const { amount, ratePerS } = this.#config;
    const requests = await this.#requests();
    return this.#withPool(connections, (pool) => {
      const load = new Load({
        pool, make: (number) => requests.make(number), connections, ratePerS,
        stop: this.#talk.io.stop,
        enough: amount.kind === 'orders'
          ? (sent) => sent >= amount.orders
          : (_, elapsedMs) => elapsedMs >= amount.seconds * 1_000,
        onAnswer: (_, answer) => {
          if (answer.kind === 'response' && answer.status === 201) requests.learn(answer.body);
        },
      });
      return this.#shown(load, amount);
    });
  }

  /** Runs a load with its progress on stderr. */
  async #shown(load: Load, amount: BenchConfig['amount']): Promise<Result> {
    const startedMs = systemClock.nowMs();
    const progress = showProgress(this.#talk.io.stderr, systemClock, {
      blocks: this.#talk.blocks,
      ask: () => {
        const elapsedMs = systemClock.nowMs() - startedMs;
        const share = amount.kind === 'orders'
          ? (load.acknowledged + load.errors) / amount.orders
          : elapsedMs / (amount.seconds * 1_000);
        return { share, elapsedMs, acknowledged: load.acknowledged, errors: load.errors };
      },
    });
    try {
      return await load.run();
    } finally {
      progress.end();
    }
  }

  async #failover(): Promise<FailoverResult> {
    const { amount, connections, kills, ratePerS } = this.#config;
    const requests = await this.#requests();
    return this.#withPool(connections, (pool) => runFailover({
      door: this.#door, pool, requests, connections, kills, ratePerS,
      stop: this.#talk.io.stop, say: this.#talk.say,
      seconds: amount.kind === 'seconds' ? amount.seconds : 0,
    }));
  }
}
