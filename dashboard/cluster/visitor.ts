import { element, setText } from '../frame/dom.ts';
import type { Live } from '../net/live.ts';

/** What is shown to whoever may not look inside: whether orders are taken, and how to sign in. */

interface Readiness {
  status: string;
  checks?: Record<string, { status: string }>;
}

const everyMs = 3_000;

const words: Readonly<Record<string, { good: string; bad: string }>> = {
  primary: { good: 'A primary answers.', bad: 'No primary answers; orders are queued.' },
  name_server: { good: 'The name server answers.', bad: 'The name server does not answer.' },
  queue: { good: 'The queue has room.', bad: 'The queue is full.' },
  room: { good: 'Requests are taken.', bad: 'Too many requests wait.' },
  event_loop: { good: 'The front end keeps up.', bad: 'The front end does not keep up.' },
  draining: { good: 'The front end stays.', bad: 'The front end is about to stop.' },
};

function why(connection: Live['connection']): string {
  if (connection === 'anonymous') return 'To see the cluster and to work with it, sign in.';
  if (connection === 'refused') return 'The server does not take this token. Sign in again.';
  if (connection === 'live') return 'You are signed in, but only operators see the inside.';
  return 'Waiting for the cluster.';
}

interface Parts {
  live: Live;
  signIn: () => void;
}

/** Keeps `root` up to date while it is not hidden. */
export function showVisitor(root: HTMLElement, { live, signIn }: Parts): void {
  const title = element('h1', {}, 'Orderly');
  const invitation = element('p', {}, '');
  const button = element('button', { type: 'button', class: 'main' }, 'Sign in');
  const checks = element('ul', { class: 'checks' });
  root.append(
    title, element('p', { class: 'soft' },
      'An order system that keeps taking orders while servers and networks fail.'),
    checks, invitation, element('p', {}, button),
  );
  button.addEventListener('click', signIn);
  const show = (state: Readiness | null): void => {
    const rows = Object.entries(state?.checks ?? {}).flatMap(([name, { status }]) => {
      const saying = words[name];
      if (saying === undefined) return [];
      const good = status === 'pass';
      const mark = element('span', { class: 'mark', 'aria-hidden': 'true' }, good ? '\u2713' : '!');
      return [element('li', { 'data-good': String(good) }, mark, good ? saying.good : saying.bad)];
    });
    if (rows.length === 0) rows.push(element('li', {}, 'The front end does not answer.'));
    checks.replaceChildren(...rows);
  };
  const look = async (): Promise<void> => {
    if (root.hidden || document.hidden) return;
    setText(invitation, why(live.connection));
    button.hidden = live.connection === 'live';
    // No answer is an answer here.
    const reply = await fetch('/readyz?verbose', { cache: 'no-store' }).catch(() => null);
    show(reply === null ? null : await reply.json() as Readiness);
  };
  live.subscribe({ connection: () => { void look(); } });
  setInterval(() => { void look(); }, everyMs);
  void look();
}
