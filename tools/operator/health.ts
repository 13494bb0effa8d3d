import type { Command } from 'commander';
import type { CommonOptions } from '../../client/client-config.ts';
import { exitCodes } from '../../client/failure.ts';
import type { Surroundings } from '../own-command.ts';
import { connected, exampleHelp, operatorCommand } from './command.ts';

/** `orderly health`: one word, its reasons, and an exit code. */

const colourOf = { healthy: 'green', degraded: 'yellow', 'not ready': 'red' } as const;

async function show(
  { io, terminal, end }: Surroundings, options: CommonOptions,
): Promise<void> {
  const { withDoor } = await import('./connection.ts');
  const { healthOf } = await import('./health-verdict.ts');
  const health = await withDoor(io, options, healthOf);
  const { word, facts, reasons } = health;
  if (options.json === true) terminal.printJson({ status: word.replace(' ', '_'), facts, reasons });
  else {
    const { paint } = terminal.screen;
    terminal.print([
      `${paint[colourOf[word]](word)}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}`,
      ...reasons.map((reason) => `  ${reason}`),
    ].join('\n'));
  }
  if (word === 'degraded') end(exitCodes.degraded);
  if (word === 'not ready') end(exitCodes.unreachable);
}

export function healthCommand(at: Surroundings): Command {
  const command = connected(operatorCommand(
    'health', 'Is the system well? Healthy ends with 0, not ready with 3, degraded with 4.'))
    .addHelpText('after', exampleHelp(`
      orderly health
      orderly health --json
      until orderly health --timeout 1; do sleep 1; done`, `
Degraded: orders are taken, but something is missing that a next failure
would need: a back end, the name server, another front end, a geocoder.`));
  return command.action(() => show(at, command.opts<CommonOptions>()));
}
