import type { Command } from 'commander';
import type { Terminal, ColourWish } from './terminal.ts';

/** How a run talks; usage errors need it before the arguments are parsed. */
export interface Manner {
  /** Machine output only. */
  json: boolean;
  verbose: boolean;
  colour: ColourWish;
}

export function mannerOf(argv: readonly string[]): Manner {
  const at = argv.indexOf('--color');
  const named = at >= 0 ? argv[at + 1] : argv.find((arg) => arg.startsWith('--color='))?.slice(8);
  const colour = named === 'always' || named === 'never' ? named : 'auto';
  return { json: argv.includes('--json'), verbose: argv.includes('--verbose'), colour };
}

/** Lines that are longer read badly, however wide the terminal is. */
const helpColumnsMax = 80;

/** Help goes to this terminal; errors are thrown, and told by report.ts alone. */
export function quiet(command: Command, terminal: Terminal): void {
  command.exitOverride().configureHelp({ showGlobalOptions: true }).configureOutput({
    writeOut: (text) => { terminal.print(text.trimEnd()); },
    writeErr: (text) => { terminal.say(text.trimEnd()); },
    outputError: () => undefined,
    getOutHelpWidth: () => Math.min(terminal.screen.width, helpColumnsMax),
  });
}
