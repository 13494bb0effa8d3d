import { Command, Option } from 'commander';
import { exitCodeHelp, exitCodes } from '../../client/failure.ts';
import { mannerOf, quiet } from '../../client/manner.ts';
import { report } from '../../client/report.ts';
import { Terminal, type Io } from '../../client/terminal.ts';

const examples = `
Examples:
  orderly bench                               ten seconds, 16 connections, a system of its own
  orderly bench --rate 500 --duration 30s     500 orders a second whatever the answers take
  orderly bench --suite --json > before.json  a report to compare with
  orderly bench --suite --compare before.json
  orderly bench --failover --kills 5          kill the primary five times, lose nothing
  orderly bench --url http://127.0.0.1:8080 --token TOKEN

Without --rate each connection sends when it was answered (closed loop): that finds the highest
throughput, but a stall keeps the bench from sending and is seen as one slow answer. With --rate
requests are due by the clock (open loop) and latency counts from when each was due, also while it
waits for a connection: that is what callers see who do not wait for each other.
${exitCodeHelp}`;

const benchCommand = (): Command => new Command('bench')
  .name('orderly bench')
  .description('Measure orders per second, latency, and what a killed primary costs.')
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
  .option('--json', 'the report as one JSON object on stdout')
  .option('--verbose', 'tell error codes too')
  .addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']))
  .addHelpText('after', examples);

/** Runs `orderly bench`; resolves with the exit code and never rejects. */
export async function runBenchCommand(argv: readonly string[], io: Io): Promise<number> {
  const manner = mannerOf(argv);
  const terminal = new Terminal(io, manner.colour);
  const command = benchCommand();
  quiet(command, terminal);
  let exitCode: number = exitCodes.ok;
  command.action(async () => {
    const { readBenchConfig } = await import('./config.ts');
    const config = readBenchConfig(command.opts(), io.env);
    const { runBench } = await import('./run.ts');
    exitCode = await runBench(config, io, terminal);
  });
  try {
    await command.parseAsync([...argv], { from: 'user' });
    await terminal.flush();
    return exitCode;
  } catch (error) {
    return report(error, terminal, { ...manner, help: 'orderly bench' });
  }
}

/** Adds `bench` to the program; its own arguments are parsed by runBenchCommand. */
export function addBenchCommand(program: Command): void {
  program.command('bench')
    .description('measure orders per second, latency and fail-over')
    .argument('[arguments...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (_words: string[], _options: unknown, command: Command) => {
      const { processIo } = await import('../../client/config.ts');
      const { io, dispose } = processIo();
      process.exitCode = await runBenchCommand(command.args, io);
      dispose();
    });
}
