import { Command } from 'commander';
import type { CommonOptions } from '../../client/client-config.ts';
import { connected, exampleHelp, operatorCommand } from '../operator/command.ts';
import type { Surroundings } from '../own-command.ts';
import type { NodeOptions, Verb } from './deeds.ts';

/** `orderly node`: add, start, stop, kill, drain and promote the programs of `orderly up`. */

const waitText = 'until it is done, else exit code 4';
const withinText = 'how long --wait waits';
const yesText = 'do it even to the last back end that runs';

interface VerbHelp {
  what: string;
  examples: string;
  /** Ends a program: asks before the last back end. */
  ends?: true;
}

const verbs: Readonly<Record<Verb, VerbHelp>> = {
  start: {
    what: 'start a program that was stopped',
    examples: `
      orderly node start backend-2
      orderly node start backend-2 --wait     until it is in sync`,
  },
  stop: {
    what: 'end a program in order; it stays stopped until it is started',
    examples: `
      orderly node stop backend-2
      orderly node stop backend-1 --yes --json`,
    ends: true,
  },
  kill: {
    what: 'end a program as a crash would; it is started again',
    examples: `
      orderly node kill backend-1
      orderly node kill backend-1 --wait      until it is in sync again`,
    ends: true,
  },
  drain: {
    what: 'lead only while nobody else can; every order is kept',
    examples: `
      orderly node drain backend-1
      orderly node drain backend-1 --wait     until another leads`,
  },
  resume: {
    what: 'end the draining of a back end',
    examples: `
      orderly node resume backend-1
      orderly node resume backend-1 --json`,
  },
  promote: {
    what: 'make a back end that is in sync the primary',
    examples: `
      orderly node promote backend-2
      orderly node promote backend-2 --wait`,
  },
};

function addVerb(node: Command, at: Surroundings, verb: Verb): void {
  const { what, examples, ends } = verbs[verb];
  const command = connected(new Command(verb).description(what))
    .argument('<id>', 'as in `orderly node list`')
    .option('--wait', waitText).option('--within <seconds>', withinText, '30');
  if (ends === true) command.option('--yes', yesText);
  command.addHelpText('after', exampleHelp(examples))
    .action(async (id: string, options: NodeOptions) =>
      (await import('./deeds.ts')).change(at, options, { verb, id }));
  node.addCommand(command);
}

export function nodeCommand(at: Surroundings): Command {
  const node = operatorCommand('node', 'The programs of a cluster that `orderly up` has started.')
    .addHelpText('after', exampleHelp(`
      orderly node list
      orderly node add --wait                 one more back end
      orderly node kill backend-1             see: orderly server-status --watch`));
  node.addCommand(connected(new Command('list').description('every program, and whether it runs'))
    .addHelpText('after', exampleHelp(`
      orderly node list
      orderly node list --json | jq '.data[] | {id, process, role}'`))
    .action(async (options: CommonOptions) => (await import('./deeds.ts')).list(at, options)));
  node.addCommand(connected(new Command('add').description('start one more back end'))
    .option('--wait', waitText).option('--within <seconds>', withinText, '30')
    .addHelpText('after', exampleHelp(`
      orderly node add
      orderly node add --wait --json`))
    .action(async (options: NodeOptions) => (await import('./deeds.ts')).add(at, options)));
  for (const verb of Object.keys(verbs) as Verb[]) addVerb(node, at, verb);
  return node;
}
