import { timeText } from '../frame/clock.ts';
import { element, setText } from '../frame/dom.ts';
import type { EventLog, LineFilter } from '../model/event-log.ts';

/** The list of what happened, newest first. */

const shownMax = 60;

const filters: readonly { value: LineFilter; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'cluster', label: 'Cluster' },
  { value: 'orders', label: 'Orders' },
];

interface Row {
  root: HTMLLIElement;
  time: HTMLElement;
  text: HTMLElement;
}

function makeRow(): Row {
  const time = element('time', {});
  const text = element('span', {});
  return { root: element('li', {}, time, text), time, text };
}

export interface FeedCard {
  root: HTMLElement;
  /** Draws what is new since the last time. */
  show(): void;
}

export function createFeedCard(log: EventLog): FeedCard {
  const list = element('ol', { class: 'feed', tabindex: 0, 'aria-label': 'Events, newest first' });
  const empty = element('p', { class: 'soft' }, 'Nothing has happened since the page was opened.');
  const choices = element('div', { class: 'choices', role: 'group', 'aria-label': 'Show' });
  const root = element('section', { class: 'card feed-card', 'aria-labelledby': 'feed-title' },
    element('div', { class: 'card-head' },
      element('h2', { id: 'feed-title' }, 'What happened'), choices),
    empty, list);
  let filter: LineFilter = 'all';
  let shownSeq = -1;
  const rows: Row[] = [];
  const draw = (): void => {
    shownSeq = log.newestSeq;
    const lines = log.newest(shownMax, filter);
    empty.hidden = lines.length > 0;
    while (rows.length < lines.length) {
      const row = makeRow();
      rows.push(row);
      list.append(row.root);
    }
    for (const [n, { root: item, time, text }] of rows.entries()) {
      const line = lines[n];
      item.hidden = line === undefined;
      if (line === undefined) continue;
      item.dataset['kind'] = line.kind;
      setText(time, timeText(line.wallMs));
      setText(text, line.text);
    }
  };
  const buttons = filters.map(({ value, label }) => {
    const button = element('button', { type: 'button', class: 'choice' }, label);
    button.addEventListener('click', () => {
      filter = value;
      mark();
      draw();
    });
    choices.append(button);
    return { value, button };
  });
  const mark = (): void => {
    for (const { value, button } of buttons) {
      button.setAttribute('aria-pressed', String(value === filter));
    }
  };
  mark();
  draw();
  return {
    root,
    show() { if (log.newestSeq !== shownSeq) draw(); },
  };
}
