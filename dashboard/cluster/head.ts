import type { ClusterStatus } from '../../shared/contract/frontend.ts';
import { element, setText } from '../frame/dom.ts';
import { headlineOf } from '../model/words.ts';

/** The state of the whole in a sentence, and its numbers. */

export interface Head {
  root: HTMLElement;
  show(status: ClusterStatus): void;
}

const names = ['Epoch', 'View', 'In sync', 'Orders', 'Waiting'] as const;
const none = '\u2013';

function valuesOf(status: ClusterStatus): Record<(typeof names)[number], string> {
  const orders = Math.max(0, ...status.members.map((member) => member.orders ?? 0));
  return {
    Epoch: String(status.view?.epoch ?? none),
    View: String(status.view?.view_number ?? none),
    'In sync': `${status.view?.in_sync.length ?? 0} of ${status.members.length}`,
    Orders: orders.toLocaleString('en-GB'),
    Waiting: String(status.front_end.waiting),
  };
}

/** A name such as backend-2 stays in one piece where the line ends. */
const wordsOf = (text: string): (Node | string)[] =>
  text.split(' ').flatMap((word) => [element('span', { class: 'whole' }, word), ' ']).slice(0, -1);

export function createHead(): Head {
  const title = element('h1', {}, 'The cluster');
  const more = element('p', { class: 'soft' });
  const facts = element('dl', { class: 'facts' });
  const values = names.map((name) => {
    const value = element('dd', {}, none);
    facts.append(element('div', {}, element('dt', {}, name), value));
    return { name, value };
  });
  const root = element('header', { class: 'headline' },
    element('div', {}, title, more), facts);
  return {
    root,
    show(status) {
      const { tone, text, more: rest } = headlineOf(status);
      root.dataset['tone'] = tone;
      if (title.textContent !== text) title.replaceChildren(...wordsOf(text));
      setText(more, rest);
      const texts = valuesOf(status);
      for (const { name, value } of values) {
        if (value.textContent === texts[name]) continue;
        // A number that changed lights up for a moment.
        if (value.textContent !== none) value.classList.add('changed');
        setText(value, texts[name]);
        setTimeout(() => value.classList.remove('changed'), 900);
      }
    },
  };
}
