import type { Account, SessionList } from '../answers/account.ts';
import type { Screen } from '../terminal.ts';
import { moment } from './moment.ts';
import { table } from './table.ts';
import { told } from './told.ts';

export interface AccountFacts {
  /** null: a token of the operator or of the staff, which is no account. */
  account: Account | null;
  sessions: SessionList['data'];
  url: string;
}

/** Who is signed in, and since when where. */
export function accountView({ account, sessions, url }: AccountFacts, screen: Screen): string {
  const { paint, timeZone } = screen;
  const name = account === null
    ? 'Nobody by name: this token is the operator\'s or the staff\'s own.'
    : `${paint.bold(told(account.username, 40))} (${told(account.role, 20)})`;
  const lines = [name, `at ${told(url, 200)}`];
  if (sessions.length === 0) return lines.join('\n');
  const rows = sessions.map((one) => [
    moment(one.created_at, timeZone), moment(one.expires_at, timeZone),
    one.current ? 'this one' : '',
  ]);
  return [...lines, '', table(
    [{ title: 'SIGNED IN' }, { title: 'UNTIL' }, { title: '' }], rows, screen,
  )].join('\n');
}
