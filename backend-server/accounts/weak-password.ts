import { OrderlyError } from '../../shared/contract/errors.ts';

const lengthMin = 8;

/** What is tried first by everybody who guesses, of eight characters and more. */
const common: ReadonlySet<string> = new Set([
  '12345678',
  '123456789',
  '1234567890',
  '87654321',
  '11111111',
  '00000000',
  '12341234',
  '123123123',
  '987654321',
  '11223344',
  '1q2w3e4r',
  '1qaz2wsx',
  'q1w2e3r4',
  'qwertyui',
  'qwertyuiop',
  'qwerty123',
  'asdfghjk',
  'asdfghjkl',
  'zxcvbnm1',
  'abcd1234',
  'abcdefgh',
  'aaaaaaaa',
  'password',
  'password1',
  'password12',
  'password123',
  'passw0rd',
  'p@ssword',
  'p@ssw0rd',
  'letmein1',
  'letmein123',
  'welcome1',
  'welcome123',
  'iloveyou',
  'sunshine',
  'football',
  'baseball',
  'princess',
  'superman',
  'starwars',
  'trustno1',
  'whatever',
  'changeme',
  'computer',
  'internet',
  'liverpool',
  'arsenal1',
  'chelsea1',
  'michelle',
  'jennifer',
  'admin123',
  'administrator',
  'fishandchips',
]);

/** Throws `weak_password`, with an issue that says why. */
export function refuseWeakPassword(password: string, username: string): void {
  const why = weakness(password.normalize('NFC').toLowerCase(), username.toLowerCase());
  if (why === null) return;
  throw new OrderlyError('weak_password', why.detail, {
    issues: [{ pointer: '/password', ...why }],
  });
}

const characters = (text: string): number => text.match(/./gsu)?.length ?? 0;

function weakness(password: string, username: string): { code: string; detail: string } | null {
  if (characters(password) < lengthMin) {
    return { code: 'too_short', detail: `A password needs ${lengthMin} characters or more.` };
  }
  if (password === username) {
    return { code: 'same_as_username', detail: 'The password must differ from the username.' };
  }
  if (common.has(password)) {
    return { code: 'too_common', detail: 'This password is one of the first that are guessed.' };
  }
  return null;
}
