import type { ClusterStatus } from '../../shared/contract/frontend.ts';
import { element, setText } from '../frame/dom.ts';
import { conditionOf } from '../model/condition.ts';
import type { Deeds, Outcome } from './deeds.ts';

/** The buttons above the picture: orders to watch, and faults to survive. */

const burstOrders = 100;

interface Parts {
  deeds: Deeds;
  /** Null for who may not see the cluster. */
  status: () => ClusterStatus | null;
  isSignedIn: () => boolean;
  signIn: () => void;
  /** What was done, for the list of events and for a new look at the cluster. */
  onOutcome: (outcome: Outcome) => void;
}

export interface Toolbar {
  root: HTMLElement;
  /** Something other than a button of this bar was done. */
  tell(outcome: Outcome): void;
  /** Buttons that only `orderly up` can serve. */
  setLauncher(present: boolean): void;
}

const primaryOf = (status: ClusterStatus | null): string | null =>
  status?.members.find((member) => conditionOf(member) === 'primary')?.id ?? null;

const noPrimary: Outcome = { good: false, text: 'Nobody leads right now.' };

export function createToolbar(parts: Parts): Toolbar {
  const { deeds, status } = parts;
  const outcome = element('p', { class: 'outcome', role: 'status' });
  const bar = element('div', { class: 'row', role: 'group', 'aria-label': 'Try it' });
  const root = element('div', { class: 'toolbar' }, bar, outcome);
  const tell = ({ good, text }: Outcome): void => {
    outcome.dataset['good'] = String(good);
    setText(outcome, text);
  };
  const add = (label: string, work: () => Promise<Outcome>): HTMLButtonElement => {
    const button = element('button', { type: 'button' }, label);
    const run = async (): Promise<void> => {
      button.setAttribute('aria-busy', 'true');
      try {
        const result = await work();
        tell(result);
        parts.onOutcome(result);
      } finally {
        button.removeAttribute('aria-busy');
      }
    };
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-busy') === 'true') return;
      if (parts.isSignedIn()) void run();
      else {
        tell({ good: false, text: 'Refused: sign in first.' });
        parts.signIn();
      }
    });
    bar.append(button);
    return button;
  };
  const onPrimary = (verb: string, done: (name: string) => string) => (): Promise<Outcome> => {
    const name = primaryOf(status());
    // Without a look at the cluster the server says why it is refused.
    if (name === null && status() !== null) return Promise.resolve(noPrimary);
    return deeds.onNode(name ?? 'primary', verb, done(name ?? 'the primary'));
  };
  add('Place an order', () => deeds.placeSample()).classList.add('main');
  add(`Place ${burstOrders} orders`, () => deeds.burst(burstOrders, (done) =>
    setText(outcome, `Placed ${done} of ${burstOrders}.`)));
  bar.append(element('span', { class: 'divider', 'aria-hidden': 'true' }));
  add('Fail the primary', onPrimary('down', (name) =>
    `Switched ${name} down: it refuses every call. Choose it to switch it up again.`));
  const launched = [
    add('Kill the primary', onPrimary('kill', (name) =>
      `Killed ${name}. Another one leads; it is started again.`)),
    add('Add a back end', () => deeds.addBackend()),
  ];
  return {
    root,
    tell,
    setLauncher(present) { for (const button of launched) button.hidden = !present; },
  };
}
