import type { OrderPage } from '../../shared/contract/order.ts';
import type { Shop } from '../../shared/contract/shop.ts';
import { pounds, refusalWords } from '../actions/deeds.ts';
import { now } from '../frame/clock.ts';
import { element, setText } from '../frame/dom.ts';
import type { View } from '../frame/router.ts';
import { distanceText } from '../model/area-names.ts';
import type { Drop } from '../model/delivery-map.ts';
import { dropsOf, feeRings, spanFor, spansM } from '../model/delivery-map.ts';
import type { Api } from '../net/api.ts';
import type { Live } from '../net/live.ts';
import { dropTable, stageKey, unplacedList } from './drop-list.ts';
import { MapPicture } from './map-picture.ts';

/** Today's deliveries around the shop. */

interface Parts {
  live: Live;
  api: Api;
  /** Opens the dialog. */
  signIn: () => void;
}

const ordersMax = 200;
/** What happens meanwhile is seen with the next look. */
const lookGapMs = 2_000;

/** The first moment of the day where the reader is, as the API has it. */
function midnight(wallMs: number): string {
  const day = new Date(wallMs);
  day.setHours(0, 0, 0, 0);
  return day.toISOString();
}

function feeList({ delivery }: Shop): HTMLElement {
  const rings = feeRings(delivery);
  return element('ul', { class: 'fee-key' }, ...rings.map(({ radiusM, fee }) =>
    element('li', {}, element('span', {}, pounds(fee.amount)),
      element('span', { class: 'soft' }, `up to ${distanceText(radiusM)}`))));
}

/** The elements of the view, put together. */
function build(root: HTMLElement, { signIn }: Parts) {
  const sentence = element('p', { class: 'soft', role: 'status' });
  const ask = element('button', { type: 'button', class: 'main', hidden: true }, 'Sign in');
  ask.addEventListener('click', signIn);
  const shops = element('select', { 'aria-label': 'Shop', hidden: true });
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
    element('div', { class: 'row' }, ask, shops, closer, wider)), inside);
  return { sentence, ask, shops, closer, wider, stage, key, fees, unplaced, table, inside };
}

class MapDesk {
  readonly #parts: Parts;
  readonly #built: ReturnType<typeof build>;
  readonly #picture: MapPicture;
  #shops: readonly Shop[] = [];
  #page: OrderPage | null = null;
  /** Null: as the deliveries need it. */
  #spanM: number | null = null;
  #chosen: string | null = null;
  #isShown = false;
  #planned = false;

  constructor(root: HTMLElement, parts: Parts) {
    this.#parts = parts;
    this.#built = build(root, parts);
    this.#picture = new MapPicture(this.#built.stage, (id) => this.#choose(id));
    const { closer, wider, shops } = this.#built;
    closer.addEventListener('click', () => this.#zoom(-1));
    wider.addEventListener('click', () => this.#zoom(1));
    shops.addEventListener('change', () => this.#draw());
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
    const { api, live } = this.#parts;
    const { ask, sentence, inside } = this.#built;
    const isAnonymous = live.connection === 'anonymous';
    ask.hidden = !isAnonymous;
    if (isAnonymous) {
      inside.hidden = true;
      this.#page = null;
      setText(sentence, 'Sign in as the staff of the shop to see them.');
      return;
    }
    const query = new URLSearchParams({ from: midnight(now().wallMs), limit: String(ordersMax) });
    const [page, shops] = await Promise.all([
      api.get<OrderPage>(`/v1/orders?${query.toString()}`),
      api.get<{ data: Shop[] }>('/v1/shops'),
    ]);
    if (!page.ok || !shops.ok) {
      const refusal = page.ok ? shops.ok ? null : shops.refusal : page.refusal;
      if (refusal !== null) setText(sentence, refusalWords(refusal));
      this.#soon();
      return;
    }
    this.#page = page.body;
    this.#setShops(shops.body.data);
    this.#draw();
  }

  #setShops(shops: readonly Shop[]): void {
    const { shops: field } = this.#built;
    const same = shops.map(({ id }) => id).join() === this.#shops.map(({ id }) => id).join();
    this.#shops = shops;
    if (same) return;
    field.replaceChildren(...shops.map(({ id, name }) => element('option', { value: id }, name)));
    field.hidden = shops.length < 2;
  }

  #zoom(by: 1 | -1): void {
    const at = spansM.findIndex((span) => span === this.#span());
    this.#spanM = spansM[at + by] ?? this.#span();
    this.#draw();
  }

  #span(): number {
    const shop = this.#shop();
    if (this.#spanM !== null || shop === undefined) return this.#spanM ?? spansM[0];
    return spanFor(dropsOf(this.#page?.data ?? [], shop));
  }

  #shop(): Shop | undefined {
    const { shops } = this.#built;
    return this.#shops.find(({ id }) => id === shops.value) ?? this.#shops[0];
  }

  #draw(): void {
    const shop = this.#shop();
    const { inside, sentence, key, fees, unplaced, table, closer, wider } = this.#built;
    if (shop === undefined || this.#page === null) return;
    const drops = dropsOf(this.#page.data, shop);
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
    const which = this.#page?.next_cursor === null ? '' : `of the last ${ordersMax} orders, `;
    return `${drops.length} deliveries, ${which}${open} of them not there yet.`;
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
