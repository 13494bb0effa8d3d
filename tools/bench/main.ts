import { Pool } from 'undici';
import type { Command } from 'commander';
import { menuSchema } from '../../shared/contract/order.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { startCluster, quietCluster } from '../up/cluster.ts';
import type { Cluster } from '../up/cluster.ts';
import { getJson } from '../up/front-door.ts';
import type { Door } from '../up/front-door.ts';
import { benchOptions, readBenchConfig } from './config.ts';
import type { BenchConfig } from './config.ts';
import { runFailover } from './failover.ts';
import { Load } from './load.ts';
import { OrderRequests } from './order-requests.ts';
import { failoverText, resultJson, table } from './report.ts';
import type { Result } from './tally.ts';

const suiteConnections = [1, 16, 64, 256];
const seedConnections = 64;
/** Connections are warm and code is compiled before anything is measured. */
const warmUpOrders = 200;

const examples = `
Examples:
  orderly bench                                  ten seconds, 16 connections, a system of its own
  orderly bench --suite --stored 5000            a table, with 5,000 orders stored before
  orderly bench --rate 500 --duration 30         500 orders a second whatever the answers take
  orderly bench --failover --kills 5             kill the primary five times, lose nothing
  orderly bench --url http://127.0.0.1:8080 --token TOKEN`;

const say = (line: string): void => {
  process.stderr.write(`bench: ${line}\n`);
};

const print = (text: string): void => {
  process.stdout.write(text);
};

/** What is measured and how; every run has keys of its own. */
class Bench {
  readonly #door: Door;
  readonly #config: BenchConfig;

  constructor(door: Door, config: BenchConfig) {
    this.#door = door;
    this.#config = config;
  }

  /** Resolves with the exit code. */
  async run(): Promise<number> {
    const { stored, failover, suite } = this.#config;
    await this.#place(warmUpOrders);
    if (stored > 0) {
      say(`placing ${stored} orders first`);
      await this.#place(stored);
    }
    if (failover) return this.#failover();
    const results: Result[] = [];
    for (const connections of suite ? suiteConnections : [this.#config.connections]) {
      say(`${connections} connection${connections === 1 ? '' : 's'}`);
      results.push(await this.#measure(connections));
    }
    const json = results.map(resultJson);
    if (this.#config.json) print(`${JSON.stringify(suite ? { runs: json } : json[0])}\n`);
    else print(table(results));
    return results.every((result) => result.acknowledged > 0) ? 0 : 1;
  }

  async #requests(): Promise<OrderRequests> {
    const menu = menuSchema.parse(await getJson(this.#door, '/v1/menu'));
    return new OrderRequests(menu, this.#door.token);
  }

  async #withPool<T>(connections: number, work: (pool: Pool) => Promise<T>): Promise<T> {
    const pool = new Pool(this.#door.url, { connections, pipelining: 1 });
    try {
      return await work(pool);
    } finally {
      await pool.close();
    }
  }

  async #place(orders: number): Promise<void> {
    const requests = await this.#requests();
    await this.#withPool(seedConnections, (pool) => new Load({
      pool, make: (number) => requests.make(number), connections: seedConnections,
      ratePerS: null, enough: (sent) => sent >= orders,
    }).run());
  }

  async #measure(connections: number): Promise<Result> {
    const { amount, ratePerS } = this.#config;
    const requests = await this.#requests();
    return this.#withPool(connections, (pool) => new Load({
      pool, make: (number) => requests.make(number), connections, ratePerS,
      enough: amount.kind === 'orders'
        ? (sent) => sent >= amount.orders
        : (_, elapsedMs) => elapsedMs >= amount.seconds * 1_000,
    }).run());
  }

  async #failover(): Promise<number> {
    const { amount, connections, kills } = this.#config;
    const requests = await this.#requests();
    const result = await this.#withPool(connections, (pool) => runFailover({
      door: this.#door, pool, requests, connections, kills, say,
      seconds: amount.kind === 'seconds' ? amount.seconds : 0,
    }));
    if (this.#config.json) print(`${JSON.stringify(resultJson(result))}\n`);
    else print(table([result]) + failoverText(result));
    const { missing, doubled } = result.books;
    return missing.length === 0 && doubled.length === 0 ? 0 : 1;
  }
}

/** Ctrl-C must not leave the system behind that the bench started. */
function endTogether(cluster: Cluster): void {
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    process.once(signal, () => {
      cluster.killNow();
      process.exit(code);
    });
  }
}

async function runBench(config: BenchConfig): Promise<number> {
  if (config.target !== null) return new Bench(config.target, config).run();
  const startedMs = systemClock.nowMs();
  const cluster = await startCluster(quietCluster);
  endTogether(cluster);
  const seconds = ((systemClock.nowMs() - startedMs) / 1_000).toFixed(1);
  say(`a system of its own is ready after ${seconds} s: ${cluster.backends.length} back ends`);
  try {
    return await new Bench(cluster.door(), config).run();
  } finally {
    await cluster.stop();
  }
}

export function addBenchCommand(program: Command): void {
  benchOptions(program.command('bench'))
    .description('Measure orders per second, latency, and what a killed primary costs.')
    .addHelpText('after', examples)
    .action(async (opts: unknown) => {
      process.exitCode = await runBench(readBenchConfig(opts));
    });
}
