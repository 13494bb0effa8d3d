import { Command } from 'commander';
import { exitCodeHelp } from '../../client/failure.ts';

/** What the commands of operators have in common: their switches, and the end of their help. */

/** One example each line; `more` stands between them and the exit codes. */
export const exampleHelp = (lines: string, more = ''): string => `
Examples:
${lines.trim().split('\n').map((line) => `  ${line.trim()}`).join('\n')}
${more === '' ? '' : `\n${more.trim()}\n`}${exitCodeHelp}`;

/** `orderly NAME`, or with `below` a command of one. */
export const operatorCommand = (name: string, what: string): Command =>
  new Command(name).name(`orderly ${name}`).description(what);

export const machineOutput = (command: Command): Command =>
  command.option('--json', 'machine output only, on stdout');

/** The switches of one that asks a front end. */
export const connected = (command: Command): Command => machineOutput(command
  .option('--url <url>', 'front end (environment: ORDERLY_URL; else the last one used)')
  .option('--token <token>',
    'who you are (environment: ORDERLY_TOKEN; else the operator of this machine)')
  .option('--timeout <seconds>', 'wait so long for an answer', '5'));
