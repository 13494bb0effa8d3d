import type { Track } from '../../shared/contract/track.ts';
import { clockText } from '../frame/clock.ts';
import { element, setText } from '../frame/dom.ts';
import type { View } from '../frame/router.ts';
import type { TrackStep } from '../model/track-words.ts';
import { etaLabel, isOver, trackHeadline, trackSteps } from '../model/track-words.ts';
import type { Told } from './track-feed.ts';
import { TrackFeed } from './track-feed.ts';

/** `/track/TOKEN`, for whoever was given the link: where one order is, and nothing else. */

const stateWords: Readonly<Record<TrackStep['state'], string>> = {
  done: 'done', now: 'now', ahead: 'still to come', off: 'will not happen',
};

interface Parts {
  /** For those who listen instead of looking. */
  announce: (text: string) => void;
}

const stepItem = ({ text, state, at }: TrackStep): HTMLElement =>
  element('li', { class: `is-${state}`, ...(state === 'now' && { 'aria-current': 'step' }) },
    element('span', { class: 'step-text' }, text,
      element('span', { class: 'unseen' }, ` (${stateWords[state]})`)),
    at === null ? null : element('time', { class: 'soft', datetime: at }, clockText(at)));

function itemsList({ items }: Track): HTMLElement {
  return element('ul', { class: 'lines' }, ...items.map(({ name, quantity, options }) =>
    element('li', {}, element('span', { class: 'quantity' }, `${quantity}\u00d7`),
      element('span', {}, name,
        options.length === 0 ? null
          : element('span', { class: 'options' }, options.join(', '))))));
}

function bodyOf(track: Track): HTMLElement[] {
  const { shop, number, eta, courier, status } = track;
  const label = etaLabel(track);
  const promise = label === null || eta === null ? []
    : [element('p', { class: 'promise' }, element('span', { class: 'soft' }, label),
      element('strong', {}, `${clockText(eta.earliest)}\u2013${clockText(eta.latest)}`))];
  const courierLine = courier === null || isOver(track) || status === 'out_for_delivery' ? []
    : [element('p', { class: 'soft' }, `${courier.first_name} brings it.`)];
  return [
    element('p', { class: 'soft' }, `${shop.name} \u00b7 order ${number}`),
    element('h1', {}, trackHeadline(track)),
    ...promise, ...courierLine,
    element('ol', { class: 'steps', 'aria-label': 'How far it is' },
      ...trackSteps(track).map(stepItem)),
    element('section', { class: 'ordered' }, element('h2', {}, 'Your order'), itemsList(track)),
  ];
}

const unknown = (): HTMLElement[] => [
  element('h1', {}, 'We do not know this link.'),
  element('p', {}, 'Check that you have all of it: it ends with 43 letters, digits, - and _. '
    + 'If it was complete, ask the shop.'),
];

export const trackerView = ({ announce }: Parts): View => ({
  name: 'track',
  title: null,
  open(root) {
    const sign = element('p', { class: 'track-sign soft' }, 'Looking for your order.');
    const card = element('div', { class: 'card tracker' });
    root.append(card, sign);
    let feed: TrackFeed | null = null;
    let token: string | null = null;
    let shown = '';
    const show = (told: Told): void => {
      if (told.kind === 'lost') {
        setText(sign, 'The shop can not be reached right now. We keep trying.');
        if (shown === '') card.replaceChildren(element('h1', {}, 'One moment'));
        return;
      }
      if (told.kind === 'unknown') {
        card.replaceChildren(...unknown());
        setText(sign, '');
        return;
      }
      const { track, live } = told;
      const words = isOver(track) ? '' : live ? 'This page follows your order by itself.'
        : 'Connecting again\u2026';
      setText(sign, words);
      const key = JSON.stringify(track);
      if (key === shown) return;
      const headline = trackHeadline(track);
      if (shown !== '') announce(headline);
      shown = key;
      card.replaceChildren(...bodyOf(track));
      document.title = `${track.number}: ${headline}`;
    };
    return {
      show(rest) {
        if (rest === token) return;
        feed?.close();
        token = rest;
        shown = '';
        feed = new TrackFeed(rest, show);
      },
      hide() {
        feed?.close();
        feed = null;
        token = null;
      },
    };
  },
});
