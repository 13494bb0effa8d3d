import type { OrderPage } from '../../shared/contract/order.ts';
import type { Shop } from '../../shared/contract/shop.ts';
import { pounds, refusalWords } from '../actions/deeds.ts';
import { now } from '../frame/clock.ts';
import { element, setText } from '../frame/dom.ts';
import type { View } from '../frame/router.ts';
import { shopField } from '../frame/shop-field.ts';
import { distanceText } from '../model/area-names.ts';
import type { Drop } from '../model/delivery-map.ts';
import { dropsOf, feeRings, spanFor, spansM } from '../model/delivery-map.ts';
import { deliveriesText } from '../model/order-words.ts';
import { dayStart } from '../model/shop-day.ts';
import type { Api, Refusal } from '../net/api.ts';
import type { Live } from '../net/live.ts';
import type { Shops } from '../net/shops.ts';
import { dropTable, stageKey, unplacedList } from './drop-list.ts';
import { MapPicture } from './map-picture.ts';

/** Today's deliveries around the shop. */

interface Parts {
  live: Live;
  api: Api;
  shops: Shops;
  /** Opens the dialog. */
  signIn: () => void;
}

const ordersMax = 200;
/** What happens meanwhile is seen with the next look. */
const lookGapMs = 2_000;

function feeList({ delivery }: Shop): HTMLElement {
  const rings = feeRings(delivery);
  return element('ul', { class: 'fee-key' }, ...rings.map(({ radiusM, fee }) =>
    element('li', {}, element('span', {}, pounds(fee.amount)),
      element('span', { class: 'soft' }, `up to ${distanceText(radiusM)}`))));
}

/** The elements of the view, put together. */
function build(root: HTMLElement, { shops, signIn }: Parts) {
  const sentence = element('p', { class: 'soft', role: 'status' });
  const ask = element('button', { type: 'button', class: 'main', hidden: true }, 'Sign in');
  ask.addEventListener('click', signIn);
  const field = shopField(shops, { withAll: false });
  const closer = element('button', { type: 'button' }, 'Closer');
  const wider = element('button', { type: 'button' }, 'Wider');
  const stage = element('div', { class: 'card map-stage' });
  const key = element('div');
  const fees = element('div');
  const unplaced = element('div');
  const table = element('div', { class: 'card drops-card' });
  const side = element('div', { class: 'card map-side' },
    element('section', {}, element('h2', {}, 'Deliveries'), key),
    element('section', {}, element('h2', {}, 'Fees by distance'), fees,
      element('p', { class: 'soft fee-note' }, 'The dashed line is as far as the shop goes.')),
    element('section', {}, element('h2', {}, 'Not on the map'), unplaced));
  const inside = element('div', { class: 'map-grid', hidden: true }, stage, side, table);
  root.append(element('div', { class: 'board-head' },
    element('div', {}, element('h1', {}, 'Deliveries of today'), sentence),
    element('div', { class: 'row' }, ask, field, closer, wider)), inside);
  return { sentence, ask, field, closer, wider, stage, key, fees, unplaced, table, inside };
}

class MapDesk {
  readonly #parts: Parts;
  readonly #built: ReturnType<typeof build>;
  readonly #picture: MapPicture;
  /** What was read of the shop. */
  #read: { shop: Shop; page: OrderPage } | null = null;
  /** Null: as the deliveries need it. */
  #spanM: number | null = null;
  #chosen: string | null = null;
  #isShown = false;
  #planned = false;

  constructor(root: HTMLElement, parts: Parts) {
    this.#parts = parts;
    this.#built = build(root, parts);
    this.#picture = new MapPicture(this.#built.stage, (id) => this.#choose(id));
    const { closer, wider, field } = this.#built;
    closer.addEventListener('click', () => this.#zoom(-1));
    wider.addEventListener('click', () => this.#zoom(1));
    field.addEventListener('change', () => { void this.#look(); });
    const soon = (): void => this.#soon();
    parts.live.subscribe({ order: soon, snapshot: soon, connection: soon });
  }

  setShown(shown: boolean): void {
    this.#isShown = shown;
    if (shown) void this.#look();
  }

  #soon(): void {
    if (this.#planned || !this.#isShown) return;
    this.#planned = true;
    setTimeout(() => {
      this.#planned = false;
      void this.#look();
    }, lookGapMs);
  }

  async #look(): Promise<void> {
    const { live, shops } = this.#parts;
    const { ask, sentence, inside } = this.#built;
    const isAnonymous = live.connection === 'anonymous';
    ask.hidden = !isAnonymous;
    if (isAnonymous) {
      inside.hidden = true;
      this.#read = null;
      setText(sentence, 'Sign in as the staff of the shop to see them.');
      return;
    }
    const refusal = await shops.load() ?? await this.#lookAt(this.#shop());
    if (refusal === null) return;
    setText(sentence, refusalWords(refusal));
    this.#soon();
  }

  async #lookAt(shop: Shop | undefined): Promise<Refusal | null> {
    if (shop === undefined) return null;
    const query = new URLSearchParams({
      shop_id: shop.id, from: dayStart(now().wallMs, shop.timezone), limit: String(ordersMax),
    });
    const page = await this.#parts.api.get<OrderPage>(`/v1/orders?${query.toString()}`);
    if (!page.ok) return page.refusal;
    // Another one was chosen meanwhile, and has a look of its own.
    if (shop.id !== this.#shop()?.id) return null;
    if (this.#read?.shop.id !== shop.id) this.#spanM = null;
    this.#read = { shop, page: page.body };
    this.#draw();
    return null;
  }

  #zoom(by: 1 | -1): void {
    const at = spansM.findIndex((span) => span === this.#span());
    this.#spanM = spansM[at + by] ?? this.#span();
    this.#draw();
  }

  #span(): number {
    if (this.#spanM !== null || this.#read === null) return this.#spanM ?? spansM[0];
    return spanFor(dropsOf(this.#read.page.data, this.#read.shop));
  }

  /** There is only one in the middle: where all are chosen, the first. */
  #shop(): Shop | undefined {
    const { all, chosen } = this.#parts.shops;
    return all.find(({ id }) => id === chosen) ?? all[0];
  }

  #draw(): void {
    const { inside, sentence, key, fees, unplaced, table, closer, wider } = this.#built;
    if (this.#read === null) return;
    const { shop, page } = this.#read;
    const drops = dropsOf(page.data, shop);
    const spanM = this.#span();
    inside.hidden = false;
    closer.disabled = spanM === spansM[0];
    wider.disabled = spanM === spansM[spansM.length - 1];
    this.#picture.show({ shop, drops, spanM });
    setText(sentence, this.#words(drops));
    key.replaceChildren(stageKey(drops));
    fees.replaceChildren(feeList(shop));
    unplaced.replaceChildren(unplacedList(drops));
    const focused = document.activeElement instanceof HTMLElement
      && table.contains(document.activeElement)
      ? document.activeElement.dataset['order'] ?? null : null;
    table.replaceChildren(dropTable(drops, (id) => this.#choose(id)));
    this.#mark();
    this.#buttonOf(focused)?.focus({ preventScroll: true });
  }

  #words(drops: readonly Drop[]): string {
    if (drops.length === 0) return 'Nothing is delivered today so far.';
    const open = drops.filter(({ stage }) => stage !== 'delivered').length;
    const which = this.#read?.page.next_cursor === null ? '' : `of the last ${ordersMax} orders, `;
    return `${deliveriesText(drops)}, ${which}${open} of them not there yet.`;
  }

  #choose(id: string): void {
    this.#chosen = this.#chosen === id ? null : id;
    this.#mark();
    if (this.#chosen !== null) this.#buttonOf(id)?.scrollIntoView({ block: 'nearest' });
  }

  #buttonOf(id: string | null): HTMLElement | undefined {
    return [...this.#built.table.querySelectorAll('button')]
      .find(({ dataset }) => dataset['order'] === id);
  }

  #mark(): void {
    for (const line of this.#built.table.querySelectorAll('tr')) {
      const chosen = line.dataset['order'] !== undefined && line.dataset['order'] === this.#chosen;
      line.classList.toggle('chosen', chosen);
      line.querySelector('button')?.setAttribute('aria-pressed', String(chosen));
    }
    this.#picture.mark(this.#chosen);
  }
}

export const mapView = (parts: Parts): View => ({
  name: 'map',
  title: 'Map',
  open(root) {
    const desk = new MapDesk(root, parts);
    return {
      show() { desk.setShown(true); },
      hide() { desk.setShown(false); },
    };
  },
});
