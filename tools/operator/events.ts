import type { Command } from 'commander';
import type { CommonOptions } from '../../client/client-config.ts';
import { usageFailure } from '../../client/failure.ts';
import { told } from '../../client/view/told.ts';
import type { Surroundings } from '../own-command.ts';
import { connected, exampleHelp, operatorCommand } from './command.ts';

/** `orderly events`: the stream of GET /v1/events, line by line. */

interface EventsOptions extends CommonOptions {
  follow?: boolean;
  type: string[];
  since?: string;
}

const collect = (text: string, before: string[]): string[] => [...before, text];

const pathOf = (types: readonly string[]): string =>
  (types.length === 0 ? '/v1/events' : `/v1/events?${new URLSearchParams({
    types: types.join(','),
  }).toString()}`);

async function follow({ io, terminal }: Surroundings, options: EventsOptions): Promise<void> {
  const { since, follow: goesOn = false, type, json = false } = options;
  if (since !== undefined && !goesOn) {
    throw usageFailure('--since goes on after an event, and needs --follow.');
  }
  const wantsOrders = type.length === 0 || type.join(',').split(',').some((one) =>
    one.trim().startsWith('order.'));
  const { withDoor } = await import('./connection.ts');
  const { eventLines } = await import('./event-words.ts');
  await withDoor(io, options, (door) => door.follow(pathOf(type), {
    ...since === undefined ? {} : { after: since },
    onConnection: (state, why) => {
      if (state === 'lost') terminal.say(`The connection is lost: ${told(why)} Trying again ...`);
      else terminal.say('Connected again; nothing was missed.');
    },
    async onEvent(event) {
      if (json) terminal.printJson(event);
      else terminal.print(eventLines(event, terminal.screen));
      // What was shown last must be out before the connection is let go.
      await terminal.flush();
      // Orders come after a view; where none are asked for, the first event tells how it stands.
      return (!goesOn && (event.type === 'snapshot' || !wantsOrders)) || !terminal.isRead;
    },
  }));
}

export function eventsCommand(at: Surroundings): Command {
  const command = connected(operatorCommand(
    'events', 'What happens to orders and to the system; first how it stands now.')
    .option('--follow', 'go on until Ctrl-C, across lost connections')
    .option('--type <names>', 'only these, like order.* or order.placed; may be repeated',
      collect, [])
    .option('--since <id>', 'with --follow: what came after the event with this id'))
    .addHelpText('after', exampleHelp(`
      orderly events --follow
      orderly events --follow --type 'order.*' --type cluster.view
      orderly events --follow --json | jq -r .type`, `
With --json each event is a line: {"type", "id", "data"}. The id of the last
one that was read, given as --since, goes on without a gap, at any front end.`));
  return command.action(() => follow(at, command.opts<EventsOptions>()));
}
