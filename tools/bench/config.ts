import { z } from 'zod';
import { usageFailure } from '../../client/failure.ts';
import type { Io } from '../../client/terminal.ts';

export interface BenchConfig {
  /** null: the bench starts a system of its own and ends it. */
  target: { url: string; token: string } | null;
  connections: number;
  /** How long to send, or how many requests to send; one of the two. */
  amount: { kind: 'seconds'; seconds: number } | { kind: 'orders'; orders: number };
  /** Requests per second, sent whether or not earlier ones were answered; null: one by one. */
  ratePerS: number | null;
  mix: ('place' | 'read' | 'list')[];
  /** Orders placed before anything is measured, so that connections and code are warm. */
  warmUp: number;
  /** Orders placed before the measurement. */
  stored: number;
  suite: boolean;
  failover: boolean;
  kills: number;
  json: boolean;
  /** File of an earlier report. */
  compare: string | null;
  /** Exit code 1 when a steady figure is worse than the earlier one by more than this. */
  failWorsePercent: number | null;
}

const duration = z.string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)?$/, 'say it like 30, 30s or 2m')
  .transform((text) => {
    const seconds = { ms: 0.001, s: 1, m: 60, h: 3_600 };
    const unit = /[a-z]+$/.exec(text)?.[0] as keyof typeof seconds | undefined;
    return Number.parseFloat(text) * seconds[unit ?? 's'];
  })
  .pipe(z.number().min(0.1, 'at least 0.1 s').max(86_400, 'at most a day'));
const operation = z.enum(['place', 'read', 'list'],
  'use place, read and list, with commas between');
const whole = z.coerce.number('a number').int('a whole number');
const optionsSchema = z.object({
  orders: whole.min(1).max(10_000_000).optional(),
  duration: duration.default(10),
  connections: whole.min(1).max(4_096),
  rate: z.coerce.number('a number').min(0.1).max(1_000_000).optional(),
  mix: z.string().transform((text) => text.split(',')).pipe(z.array(operation).min(1).max(100)),
  warmUp: whole.min(0).max(10_000_000),
  url: z.url('an address like http://127.0.0.1:8080').optional(),
  token: z.string().min(1).optional(),
  stored: whole.min(0).max(10_000_000),
  suite: z.boolean().default(false),
  failover: z.boolean().default(false),
  kills: whole.min(1).max(1_000),
  json: z.boolean().default(false),
  compare: z.string().min(1).optional(),
  failWorse: z.coerce.number('a number').min(0).max(10_000).optional(),
});

const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function checkTogether(opts: z.infer<typeof optionsSchema>): void {
  if (opts.url !== undefined && opts.token === undefined) {
    throw usageFailure('--url needs --token as well.', ['`orderly up` prints the token']);
  }
  if (opts.failover && opts.suite) throw usageFailure('--failover and --suite do not go together.');
  if (opts.failover && opts.mix.some((word) => word !== 'place')) {
    throw usageFailure('--failover looks orders up: it takes no --mix.');
  }
  if (opts.failover && opts.orders !== undefined) {
    throw usageFailure('--failover lasts as long as the kills: it takes --duration, not --orders.');
  }
  if (opts.failWorse !== undefined && opts.compare === undefined) {
    throw usageFailure('--fail-worse needs --compare FILE.');
  }
}

/** What the arguments mean; throws a usage failure. */
export function readBenchConfig(opts: Record<string, unknown>, env: Io['env']): BenchConfig {
  const parsed = optionsSchema.safeParse({
    ...opts,
    url: opts['url'] ?? env['ORDERLY_URL'],
    token: opts['token'] ?? env['ORDERLY_TOKEN'],
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const flag = flagOf(String(issue?.path[0]));
    throw usageFailure(`${flag} is not right: ${issue?.message ?? 'wrong value'}.`);
  }
  checkTogether(parsed.data);
  const { url, token, orders, duration: seconds, rate, compare, failWorse, ...rest } = parsed.data;
  return {
    ...rest,
    target: url === undefined || token === undefined
      ? null : { url: url.replace(/\/+$/, ''), token },
    amount: orders === undefined ? { kind: 'seconds', seconds } : { kind: 'orders', orders },
    ratePerS: rate ?? null,
    compare: compare ?? null,
    failWorsePercent: failWorse ?? null,
  };
}
