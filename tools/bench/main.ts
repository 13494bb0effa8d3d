import type { Command } from 'commander';
import { exampleHelp, machineOutput, operatorCommand } from '../operator/command.ts';
import type { Surroundings } from '../own-command.ts';

const examples = exampleHelp(`
  orderly bench
  orderly bench --rate 500 --duration 30s
  orderly bench --suite --json > before.json
  orderly bench --suite --compare before.json
  orderly bench --failover --kills 5
  orderly bench --url http://127.0.0.1:8080 --token TOKEN`, `
Without --rate each connection sends when it was answered (closed loop): that
finds the highest throughput, but a stall keeps the bench from sending and is
seen as one slow answer. With --rate requests are due by the clock (open loop)
and latency counts from when each was due, also while it waits for a
connection: that is what callers see who do not wait for each other.`);

const benchOptions = (command: Command): Command => machineOutput(command
  .option('--orders <n>', 'send this many')
  .option('--duration <time>', 'send for this long, like 30s or 2m (default: 10s)')
  .option('--connections <n>', 'how many are sent at a time', '16')
  .option('--rate <per second>', 'send at this rate whatever the answers take (open loop)')
  .option('--mix <words>', 'what to send, in turn: place, read, list, like place,read,read',
    'place')
  .option('--warm-up <n>', 'place this many orders first, not counted', '1000')
  .option('--url <url>', 'measure this front end (environment: ORDERLY_URL; else its own system)')
  .option('--token <token>', 'token of that front end (environment: ORDERLY_TOKEN)')
  .option('--stored <n>', 'have this many orders more stored before measuring', '0')
  .option('--suite', 'measure with 1, 16, 64 and 256 connections and print a table')
  .option('--failover', 'kill the primary meanwhile and look what became of every order')
  .option('--kills <n>', 'how often to kill it', '1')
  .option('--compare <file>', 'set the figures beside those of an earlier --json report')
  .option('--fail-worse <percent>',
    'with --compare: exit code 1 if orders/s, p50, p95, p99 or errors are worse by more')
  .addHelpText('after', examples));

/** `orderly bench`; what it does is loaded when it is done. */
export function benchCommand({ io, terminal, end }: Surroundings): Command {
  const command = benchOptions(operatorCommand(
    'bench', 'Measure orders per second, latency, and what a killed primary costs.'));
  return command.action(async () => {
    const { readBenchConfig } = await import('./config.ts');
    const config = readBenchConfig(command.opts(), io.env);
    const { runBench } = await import('./run.ts');
    end(await runBench(config, io, terminal));
  });
}
