import { Command } from 'commander';
import { told } from '../../client/view/told.ts';
import { addManners, type Surroundings } from '../own-command.ts';
import { exampleHelp, operatorCommand } from './command.ts';
import type { TreeNamed } from './config-print.ts';

/** `orderly complete`: the script for a shell, and what that script asks with each Tab. */

const shells = ['bash', 'zsh', 'fish'] as const;

export interface Known {
  name: string;
  summary: string;
}

const howToLoad = `
source <(orderly complete bash)      # in ~/.bashrc
source <(orderly complete zsh)       # in ~/.zshrc, after compinit
orderly complete fish > ~/.config/fish/completions/orderly.fish`;

export function completeCommandOf(commands: readonly Known[], treeNamed: TreeNamed) {
  return (at: Surroundings): Command => {
    const { terminal } = at;
    // Flags among the words to complete are not ours.
    const complete = operatorCommand('complete', 'Completion of commands, flags and ids by Tab.')
      .enablePositionalOptions()
      .addHelpText('after', exampleHelp(howToLoad, `
Ids of orders, back ends and shops are asked from the system that the command
would use, and kept for 5 seconds.`));
    for (const shell of shells) {
      complete.addCommand(addManners(new Command(shell))
        .description(`print the script for ${shell}`)
        .addHelpText('after', exampleHelp(howToLoad))
        .action(async () => {
          terminal.print((await import('./completion-scripts.ts')).scriptFor[shell]);
        }));
    }
    const words = new Command('words').helpOption(false).allowUnknownOption()
      .argument('[words...]')
      .action(async () => {
        const { candidates } = await import('./completion.ts');
        const found = await candidates(words.args, { at, commands, treeNamed });
        if (found.length === 0) return;
        terminal.print(found.map(({ value, about }) =>
          (about === '' ? value : `${value}\t${told(about, 80)}`)).join('\n'));
      });
    return complete.addCommand(words, { hidden: true });
  };
}
