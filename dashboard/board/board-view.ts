import type { OpenOrder, OrderNotice } from '../../shared/contract/event-stream.ts';
import type { Order } from '../../shared/contract/order.ts';
import type { Outcome } from '../actions/deeds.ts';
import { refusalWords } from '../actions/deeds.ts';
import { now } from '../frame/clock.ts';
import { element, setText } from '../frame/dom.ts';
import { onFrame } from '../frame/on-frame.ts';
import type { OpenView, View } from '../frame/router.ts';
import { shopField } from '../frame/shop-field.ts';
import { OrderBook } from '../model/order-book.ts';
import type { Api } from '../net/api.ts';
import type { Live } from '../net/live.ts';
import type { Shops } from '../net/shops.ts';
import type { StepChoice } from './ask.ts';
import { Badge } from './badge.ts';
import { Chime } from './chime.ts';
import { Columns } from './columns.ts';
import { takeStep } from './order-deeds.ts';
import { OrderSource } from './order-source.ts';

/** The orders for the staff: what came in, what is being made, what is on its way. */

interface Parts {
  live: Live;
  api: Api;
  shops: Shops;
  /** Opens the dialog. */
  signIn: () => void;
  /** For those who listen instead of looking. */
  announce: (text: string) => void;
}

const tickMs = 1_000;
/** In a flood nobody reads faster, and the frames between stay free. */
const drawGapMs = 250;
const usualMinutes = 20;

function soundButton(chime: Chime): HTMLButtonElement {
  const button = element('button', { type: 'button', 'aria-pressed': 'false' }, 'Sound: off');
  button.addEventListener('click', () => {
    chime.toggle();
    button.setAttribute('aria-pressed', String(chime.isOn));
    setText(button, `Sound: ${chime.isOn ? 'on' : 'off'}`);
  });
  return button;
}

/** The elements of the view, put together. */
function build(root: HTMLElement, { shops, signIn }: Parts) {
  const chime = new Chime();
  const outcome = element('p', { class: 'outcome', role: 'status' });
  const sentence = element('p', { class: 'soft' });
  const ask = element('button', { type: 'button', class: 'main', hidden: true }, 'Sign in');
  ask.addEventListener('click', signIn);
  const hint = element('p', { class: 'soft hint' },
    'With a card chosen: arrows go to another one, the letter on a button presses it, ',
    element('kbd', {}, '+'), ' and ', element('kbd', {}, '\u2212'), ' change the minutes.');
  root.append(
    element('div', { class: 'board-head' },
      element('div', {}, element('h1', {}, 'Orders'), sentence),
      element('div', { class: 'row' },
        ask, shopField(shops, { withAll: true }), soundButton(chime))),
    outcome);
  const tell = ({ good, text }: Outcome): void => {
    outcome.dataset['good'] = String(good);
    setText(outcome, text);
  };
  return { chime, sentence, ask, hint, tell };
}

function sentenceOf(book: OrderBook, live: Live): string {
  if (live.connection === 'anonymous') return 'Sign in as the staff of the shop to see them.';
  if (!book.isKnown) return 'Looking for them.';
  const open = book.columns().reduce((sum, { count }) => sum + count, 0);
  if (open === 0) return 'Nothing is open.';
  const waiting = book.incoming === 0 ? 'none to be accepted' : `${book.incoming} to be accepted`;
  return `${book.more ? 'More than ' : ''}${open} open, ${waiting}.`;
}

/** Counts what comes in from the beginning, also before anybody looks at the board. */
function countIncoming({ live, shops }: Parts, show: (count: () => number) => void): void {
  /** The shops of the orders that wait, by the ids of the orders. */
  const waiting = new Map<string, string>();
  const count = (): number => {
    const { chosen } = shops;
    return chosen === null ? waiting.size
      : [...waiting.values()].filter((shop) => shop === chosen).length;
  };
  const take = ({ order_id: id, shop_id: shop, status }: OpenOrder | OrderNotice): void => {
    if (status === 'placed') waiting.set(id, shop);
    else waiting.delete(id);
  };
  live.subscribe({
    snapshot({ orders }) {
      waiting.clear();
      for (const order of orders) take(order);
      show(count);
    },
    order(_type, notice) {
      take(notice);
      show(count);
    },
    connection(state) {
      if (state !== 'anonymous') return;
      waiting.clear();
      show(count);
    },
  });
  shops.onChange(() => show(count));
}

function openBoard(
  root: HTMLElement, parts: Parts, { book, badge }: { book: OrderBook; badge: Badge },
): OpenView {
  const { live, api, shops, announce } = parts;
  const { chime, sentence, ask, hint, tell } = build(root, parts);
  const onChoice = async (order: Order, choice: StepChoice): Promise<void> => {
    columns.setBusy(order.id, true);
    const done = await takeStep(api, order, choice);
    if (done.order !== null) book.take(done.order);
    if (done.isOutdated) await source.reload(order.id);
    // The card first: whoever reads the words may press the next key at once.
    show();
    columns.setBusy(order.id, false);
    tell(done.outcome);
  };
  const columns = new Columns({
    onChoice: (order, choice) => { void onChoice(order, choice); },
    usualMinutes: ({ shop_id: id }) => shops.get(id)?.delivery.prep_minutes ?? usualMinutes,
    shopName: ({ shop_id: id }) => shops.nameFor(id),
    now: () => now().wallMs,
  });
  root.append(columns.root, hint);
  const showWords = (): void => {
    ask.hidden = live.connection !== 'anonymous';
    hint.hidden = !ask.hidden;
    setText(sentence, sentenceOf(book, live));
  };
  const show = (): void => {
    columns.show(book);
    showWords();
  };
  /** A column with each frame: all at once would hold a frame up in a flood of orders. */
  const showFrom = (part: number): void => {
    if (root.hidden) return;
    if (columns.showPart(book, part)) requestAnimationFrame(() => showFrom(part + 1));
    else showWords();
  };
  const draw = onFrame(() => showFrom(0), drawGapMs);
  let hadProblem = false;
  const source = new OrderSource({
    api, live, book,
    onChange() {
      badge.show(book.incoming);
      draw();
    },
    onPlaced({ number, shop_id: id }) {
      chime.ring();
      announce(`New order ${number} ${shops.nameFor(id)}`.trimEnd());
    },
    onProblem(refusal) {
      if (refusal !== null) tell({ good: false, text: refusalWords(refusal) });
      else if (hadProblem) tell({ good: true, text: '' });
      hadProblem = refusal !== null;
    },
  });
  const followShops = (): void => {
    if (book.shop !== shops.chosen) {
      book.setShop(shops.chosen);
      badge.show(book.incoming);
      source.lookAtOnce();
    }
    columns.tick();
    draw();
  };
  shops.onChange(followShops);
  live.subscribe({ snapshot: () => { void shops.load(); } });
  void shops.load();
  setInterval(() => columns.tick(), tickMs);
  return { show: draw };
}

export function boardView(parts: Parts): View {
  const badge = new Badge();
  let book: OrderBook | null = null;
  countIncoming(parts, (count) => { if (book === null) badge.show(count()); });
  return {
    name: 'orders',
    title: 'Orders',
    open(root) {
      book = new OrderBook();
      book.setShop(parts.shops.chosen);
      return openBoard(root, parts, { book, badge });
    },
  };
}
