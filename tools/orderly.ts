import { exitCodes } from '../client/failure.ts';
import { mannerOf } from '../client/manner.ts';
import { report } from '../client/report.ts';
import { Terminal } from '../client/terminal.ts';
import { entries } from './commands.ts';
import { startedWithParentPipe, watchingIo } from './config.ts';
import { quietAll } from './own-command.ts';
import { endOfProgram } from './program-failure.ts';
import { buildProgram } from './program.ts';

/** What orderly.cjs starts: one sub-command per program, of the table in commands.ts. */

const guide = `Orderly takes orders, and goes on while servers and networks fail.

  orderly up        a whole system on this machine; Ctrl-C ends it
  orderly client    order something, by menu, in a second terminal
  orderly status    who is primary, who lags

  orderly doctor    can this machine run it?
  orderly --help    all commands, with examples
  orderly help up   what one command can do`;

/** Ends this program when the process that started it is gone, however it went. */
function exitWithParent(): void {
  let ending = false;
  const end = (): void => {
    // A second signal would end it at once, without handing anything over.
    if (!ending) process.kill(process.pid, 'SIGTERM');
    ending = true;
  };
  process.stdin.on('end', end).on('error', end).resume();
  // The pipe is only watched: it must not keep a finished program alive.
  if ('unref' in process.stdin && typeof process.stdin.unref === 'function') process.stdin.unref();
}

const leadingSwitches = ['--json', '--verbose', '--color'];

/**
 * `orderly help rpc call` is `orderly rpc call --help`, and `orderly --color never status` is
 * `orderly status --color never`: every command parses what it is given by itself.
 */
function inOrder(args: readonly string[]): string[] {
  let at = 0;
  while (leadingSwitches.some((name) => args[at] === name || args[at]?.startsWith(`${name}=`))) {
    at += args[at] === '--color' ? 2 : 1;
  }
  const leading = args.slice(0, at);
  const [word, ...rest] = args.slice(at);
  if (word === undefined || word.startsWith('-')) return [...args];
  const [topic, ...below] = rest;
  if (word !== 'help' || topic === undefined) return [word, ...rest, ...leading];
  const known = entries.some(({ name }) => name === topic);
  return known ? [topic, ...below, '--help', ...leading] : [topic, ...leading];
}

async function main(given: readonly string[]): Promise<number> {
  // A reader that left (`orderly client list | head`) is no failure; any other error is.
  process.stdout.on('error', (error: Error & { code?: string }) => {
    process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failed);
  });
  if (startedWithParentPipe()) exitWithParent();
  const args = inOrder(given);
  const [wanted = ''] = args;
  const manner = mannerOf(args);
  const terminal = new Terminal(watchingIo(), manner.colour);
  try {
    const program = await buildProgram(wanted);
    quietAll(program, terminal);
    if (args.length === 0) terminal.print(guide);
    else await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    const known = entries.some(({ name }) => name === wanted);
    const help = known ? `orderly ${wanted}` : 'orderly';
    return report(endOfProgram(error), terminal, { ...manner, help });
  }
}

/** What is done is done: a timer or connection left over does not hold the program for long. */
const lingerMs = 1_000;

process.exitCode = await main(process.argv.slice(2));
setTimeout(() => process.exit(), lingerMs).unref();
