import type { Command } from 'commander';
import type { CommonOptions } from '../../client/client-config.ts';
import { Failure, stoppedFailure, usageFailure } from '../../client/failure.ts';
import type { Surroundings } from '../own-command.ts';
import { connected, exampleHelp, operatorCommand } from './command.ts';
import type { Door } from './connection.ts';

/** `orderly status`: every back end in one table. */

interface StatusOptions extends CommonOptions {
  watch?: boolean;
  interval: string;
}

const clearScreen = '\u001b[H\u001b[2J';

function intervalMs(text: string): number {
  const ms = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * 1_000) : 0;
  if (ms >= 100) return ms;
  throw usageFailure(`--interval is not a number of seconds, 0.1 or more: ${text}`);
}

/** What there is to say at one moment; while nobody answers that is said instead. */
type Look = Awaited<ReturnType<Door['cluster']>> | { failure: Failure };

async function look(door: Door): Promise<Look> {
  try {
    return await door.cluster();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { failure: error };
  }
}

async function watch(
  { io, terminal }: Surroundings, door: Door, { json, interval }: StatusOptions,
): Promise<void> {
  const everyMs = intervalMs(interval);
  const { clusterView } = await import('./status-view.ts');
  const { describeFailure, problemOf } = await import('../../client/messages.ts');
  const draws = io.stdout.isTTY === true && io.env['TERM'] !== 'dumb';
  for (let first = true; !io.stop.aborted && terminal.isRead; first = false) {
    const seen = await look(door);
    if (io.stop.aborted) break;
    if ('failure' in seen && first) throw seen.failure;
    if (json === true) {
      terminal.printJson('failure' in seen ? problemOf(seen.failure) : seen.raw);
    } else {
      const told = 'failure' in seen
        ? describeFailure(seen.failure, terminal.screen.paint, false)
        : clusterView(seen.value, terminal.screen);
      terminal.print(`${draws ? clearScreen : ''}${told}${draws ? '' : '\n'}`);
    }
    await io.clock.sleep(everyMs, io.stop);
  }
  if (io.stop.aborted) throw stoppedFailure(io.stop.reason);
}

async function show(at: Surroundings, options: StatusOptions): Promise<void> {
  const { withDoor } = await import('./connection.ts');
  await withDoor(at.io, options, async (door) => {
    if (options.watch === true) return watch(at, door, options);
    const { value, raw } = await door.cluster();
    if (options.json === true) return at.terminal.printJson(raw);
    const { clusterView } = await import('./status-view.ts');
    at.terminal.print(clusterView(value, at.terminal.screen));
  });
}

export function statusCommand(at: Surroundings): Command {
  const command = connected(operatorCommand('status', 'The state of every back end, in one table.')
    .option('--watch', 'again and again, until Ctrl-C')
    .option('--interval <seconds>', 'between two looks', '1'))
    .addHelpText('after', exampleHelp(`
      orderly status
      orderly status --watch
      orderly status --json | jq '.members[] | {id, role, lag}'`, `
LAG is how many committed operations it has not executed yet. One that does
not answer stays in the table while the name server remembers it.`));
  return command.action(() => show(at, command.opts<StatusOptions>()));
}
