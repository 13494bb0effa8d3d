import { deleteMine, showWho, signOutHere } from '../commands/account.ts';
import type { Asking } from '../context.ts';

type Action = (context: Asking) => Promise<void>;

/** Who one is and where one is signed in, and how to end that. */
export async function accountMenu(context: Asking): Promise<void> {
  await showWho(context);
  context.terminal.say('');
  const action = await context.prompts.choose<Action | null>({
    message: 'What about the account?',
    choices: [
      { name: 'Sign out here', value: (asking) => signOutHere(asking, {}) },
      {
        name: 'Sign out everywhere', value: (asking) => signOutHere(asking, { everywhere: true }),
      },
      { name: 'Delete the account', value: (asking) => deleteMine(asking, {}) },
      { name: 'Back', value: null },
    ],
  });
  await action?.(context);
}
