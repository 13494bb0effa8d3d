import type { Api } from '../net/api.ts';
import type { Session } from '../net/session.ts';
import { byId, setText } from './dom.ts';

/** The button in the head and the dialog behind it. */

/** Asks for a token, unless there is one: then it ends the session. */
export function startSignIn(session: Session, api: Api): { ask: () => void } {
  const dialog = byId('sign-in', HTMLDialogElement);
  const form = byId('sign-in-form', HTMLFormElement);
  const field = byId('token', HTMLInputElement);
  const problem = byId('sign-in-problem', HTMLElement);
  const button = byId('session', HTMLButtonElement);
  const name = (): void => setText(button, session.token === null ? 'Sign in' : 'Sign out');
  const ask = (): void => {
    setText(problem, '');
    field.value = '';
    dialog.showModal();
    field.focus();
  };
  button.addEventListener('click', () => {
    if (session.token === null) ask();
    else session.signOut();
  });
  byId('sign-in-cancel', HTMLButtonElement).addEventListener('click', () => dialog.close());
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void tryToken().then((why) => {
      setText(problem, why ?? '');
      if (why === null) dialog.close();
    });
  });
  const tryToken = async (): Promise<string | null> => {
    if (!session.signIn(field.value)) return 'That does not look like a token.';
    const reply = await api.get('/v1/orders?limit=1');
    if (reply.ok || reply.refusal.status !== 401) return null;
    session.signOut();
    return 'The server does not know that token.';
  };
  session.onChange(name);
  name();
  return { ask };
}
