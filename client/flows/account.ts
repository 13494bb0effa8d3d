import { usernameInput } from '../../shared/contract/account.ts';
import type { Credentials } from '../accounts.ts';
import type { Prompts } from '../prompts.ts';
import { told } from '../view/told.ts';

const passwordLengthMin = 8;
const passwordLengthMax = 200;

const checkName = (text: string): string | null =>
  (usernameInput.safeParse(text.trim()).success
    ? null : 'Use 3 to 32 letters, digits, dots, underscores or dashes');

function checkNew(text: string): string | null {
  if (text.length > passwordLengthMax) return `At most ${passwordLengthMax} characters`;
  return text.length < passwordLengthMin ? `At least ${passwordLengthMin} characters` : null;
}

/** A password of somebody who has one already may have been made by other rules. */
const checkOld = (text: string): string | null => {
  if (text === '') return 'Enter your password';
  return text.length > passwordLengthMax ? `At most ${passwordLengthMax} characters` : null;
};

/** Asks who somebody is; a new password twice. */
export async function askCredentials(
  prompts: Prompts, { username, isNew }: { username: string | undefined; isNew: boolean },
): Promise<Credentials> {
  const name = username ?? await prompts.text({ message: 'Username', check: checkName });
  const password = isNew
    ? await askNewPassword(prompts)
    : await prompts.secret({ message: 'Password', check: checkOld });
  return { username: name.trim(), password };
}

/** Until the same was typed twice: nobody sees what they type. */
async function askNewPassword(prompts: Prompts): Promise<string> {
  for (let message = 'New password'; ; message = 'They differ. New password') {
    const password = await prompts.secret({ message, check: checkNew });
    const again = await prompts.secret({ message: 'The same again' });
    if (again === password) return password;
  }
}

/** One last question; the password to delete with, or null to keep the account. */
export async function confirmDeletion(
  prompts: Prompts,
  { username, password, confirmed }: {
    username: string; password: string | null; confirmed: boolean;
  },
): Promise<string | null> {
  if (!confirmed) {
    const message = `Delete ${told(username, 40)} for ever?`;
    if (!await prompts.confirm({ message, initial: false })) return null;
  }
  return password ?? prompts.secret({ message: 'Password', check: checkOld });
}
