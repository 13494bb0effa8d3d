import { Option } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { OrderlyError } from '../../shared/contract/errors.ts';

export interface BenchConfig {
  /** null: the bench starts a system of its own and ends it. */
  target: { url: string; token: string } | null;
  connections: number;
  /** How long to send, or how many orders to send; one of the two. */
  amount: { kind: 'seconds'; seconds: number } | { kind: 'orders'; orders: number };
  /** Orders per second, sent whether or not earlier ones were answered; null: one after another. */
  ratePerS: number | null;
  /** Orders placed before the measurement. */
  stored: number;
  suite: boolean;
  failover: boolean;
  kills: number;
  json: boolean;
}

const whole = z.coerce.number().int();
const optionsSchema = z.object({
  orders: whole.min(1).max(10_000_000).optional(),
  duration: z.coerce.number().min(0.1).max(86_400).default(10),
  connections: whole.min(1).max(4_096),
  rate: z.coerce.number().min(0.1).max(1_000_000).optional(),
  url: z.url().optional(),
  token: z.string().min(1).optional(),
  stored: whole.min(0).max(10_000_000),
  suite: z.boolean().default(false),
  failover: z.boolean().default(false),
  kills: whole.min(1).max(1_000),
  json: z.boolean().default(false),
});

export const benchOptions = (command: Command): Command => command
  .option('--orders <n>', 'send this many orders')
  .option('--duration <seconds>', 'send for this long (10 unless --orders is given)')
  .option('--connections <n>', 'how many are sent at a time', '16')
  .option('--rate <per second>', 'send at this rate whatever the answers take (open loop)')
  .addOption(new Option('--url <url>', 'measure this front end (else: a system started for it)')
    .env('ORDERLY_URL'))
  .addOption(new Option('--token <token>', 'token of that front end').env('ORDERLY_TOKEN'))
  .option('--stored <n>', 'place this many orders before measuring', '0')
  .option('--suite', 'measure with 1, 16, 64 and 256 connections and print a table')
  .option('--failover', 'kill the primary meanwhile and look what became of every order')
  .option('--kills <n>', 'how often to kill it', '1')
  .option('--json', 'one JSON object on stdout');

const wrong = (detail: string): OrderlyError => new OrderlyError('invalid_params', detail);

export function readBenchConfig(opts: unknown): BenchConfig {
  const parsed = optionsSchema.safeParse(opts);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`--${String(issue?.path[0])}: ${issue?.message ?? 'wrong value'}`);
  }
  const { url, token, orders, duration, rate, ...rest } = parsed.data;
  if (url !== undefined && token === undefined) throw wrong('--url needs --token as well.');
  if (rest.failover && (rest.suite || rate !== undefined)) {
    throw wrong('--failover can not be combined with --suite or --rate.');
  }
  return {
    ...rest,
    target: url === undefined || token === undefined
      ? null : { url: url.replace(/\/+$/, ''), token },
    amount: orders === undefined
      ? { kind: 'seconds', seconds: duration } : { kind: 'orders', orders },
    ratePerS: rate ?? null,
  };
}
