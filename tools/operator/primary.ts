import type { Command } from 'commander';
import type { CommonOptions } from '../../client/client-config.ts';
import { exitCodes, Failure } from '../../client/failure.ts';
import { told } from '../../client/view/told.ts';
import type { Surroundings } from '../own-command.ts';
import { connected, exampleHelp, operatorCommand } from './command.ts';

/** `orderly primary`: where the primary is, for scripts. */

const again = 'ask again in a moment; `orderly status` shows the back ends';

async function show({ io, terminal }: Surroundings, options: CommonOptions): Promise<void> {
  const { withDoor } = await import('./connection.ts');
  const { value } = await withDoor(io, options, (door) => door.cluster());
  const address = value.front_end.primary_address;
  if (address === null) {
    throw new Failure({
      code: 'unavailable',
      exitCode: exitCodes.unreachable,
      what: 'There is no primary now.',
      causes: [value.front_end.electing ? 'one is being elected' : 'no back end can lead'],
      fixes: [again],
    });
  }
  const member = value.members.find((one) => one.address === address);
  if (member?.reachable === false) {
    throw new Failure({
      code: 'unavailable',
      exitCode: exitCodes.unreachable,
      what: `The primary, ${told(member.id, 64)} at ${told(address)}, does not answer.`,
      fixes: [again],
    });
  }
  const id = member?.id ?? null;
  if (options.json === true) terminal.printJson({ address, id });
  else terminal.print(told(address));
}

export function primaryCommand(at: Surroundings): Command {
  const command = connected(operatorCommand(
    'primary', 'The address of the primary back end, as HOST:PORT and nothing else.'))
    .addHelpText('after', exampleHelp(`
      orderly primary
      orderly primary --json
      nc -z $(orderly primary | tr : ' ')   is its port open?`));
  return command.action(() => show(at, command.opts<CommonOptions>()));
}
