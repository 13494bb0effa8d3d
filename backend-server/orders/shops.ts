import { gbp } from '../../shared/contract/order.ts';
import type { Menu, Shop } from '../../shared/contract/order.ts';
import type { MenuContent, ShopTerms } from '../../shared/contract/shop.ts';
import type { Refusal } from './refusal.ts';
import { invalid, refuse } from './refusal.ts';
import type { OpResult, OrderState } from './state.ts';

/** All of them are kept in memory by every store. */
const shopsMax = 100;

export type ShopCommandBody =
  | { kind: 'shop.create'; shopId: string; terms: ShopTerms; menu: MenuContent }
  /** `expected`: the version that the change was made from. */
  | { kind: 'shop.put'; shopId: string; terms: ShopTerms; expected: number }
  | { kind: 'menu.put'; shopId: string; menu: MenuContent; expected: number }
  | {
      kind: 'shop.accepting';
      shopId: string;
      accepting: Shop['accepting'];
      /** When `busy` ends by itself. */
      busyUntil: string | null;
    };

/** Executes a change of a shop or a menu; each makes a new version of what it changes. */
export function applyShopCommand(state: OrderState, command: ShopCommandBody): OpResult {
  const { shopId } = command;
  const known = state.catalogue(shopId);
  if (command.kind === 'shop.create') {
    return known === null ? create(state, command) : refuse('shop_exists', 'This id is in use.');
  }
  if (known === null) return refuse('not_found', 'There is no such shop.');
  const { shop, menu } = known;
  switch (command.kind) {
    case 'shop.put': {
      if (shop.version !== command.expected) return stale(shop.version);
      return keepShop(state, menu, { ...shop, ...termsOf(command.terms) });
    }
    case 'shop.accepting': {
      const { accepting, busyUntil } = command;
      return keepShop(state, menu, { ...shop, accepting, busy_until: busyUntil });
    }
    case 'menu.put': {
      if (menu.version !== command.expected) return stale(menu.version);
      const changed = menuOf(shopId, menu.version + 1, command.menu);
      state.putCatalogue(shop, changed);
      return { ok: true, order: null, menuVersion: changed.version };
    }
  }
}

const stale = (current: number): Refusal =>
  refuse('version_mismatch', `It has been changed since: this is version ${current} now.`, {
    current,
  });

function create(
  state: OrderState, { shopId, terms, menu }: Extract<ShopCommandBody, { kind: 'shop.create' }>,
): OpResult {
  if (state.shopCount() >= shopsMax) {
    return invalid('/id', 'too_many', `There are ${shopsMax} shops already.`);
  }
  const shop: Shop = {
    id: shopId, version: 1, currency: 'GBP', accepting: 'open', busy_until: null,
    ...termsOf(terms),
  };
  state.putCatalogue(canonicalShop(shop), menuOf(shopId, 1, menu));
  return { ok: true, order: null, shop: canonicalShop(shop) };
}

function keepShop(state: OrderState, menu: Menu, changed: Shop): OpResult {
  const shop = canonicalShop({ ...changed, version: changed.version + 1 });
  state.putCatalogue(shop, menu);
  return { ok: true, order: null, shop };
}

/** Nothing but the terms, whatever else came with them. */
const termsOf = (terms: ShopTerms): ShopTerms => ({
  name: terms.name,
  timezone: terms.timezone,
  position: { lat: terms.position.lat, lng: terms.position.lng },
  hours: terms.hours.map(({ day, opens, closes }) => ({ day, opens, closes })),
  tax_percent: terms.tax_percent,
  delivery: {
    radius_m: terms.delivery.radius_m,
    min_order: gbp(terms.delivery.min_order.amount),
    tiers: terms.delivery.tiers.map(({ up_to_m: upTo, fee }) =>
      ({ up_to_m: upTo, fee: gbp(fee.amount) })),
    free_over: terms.delivery.free_over === null ? null : gbp(terms.delivery.free_over.amount),
    outward_codes: [...terms.delivery.outward_codes],
    speed_kmh: terms.delivery.speed_kmh,
    detour_percent: terms.delivery.detour_percent,
    prep_minutes: terms.delivery.prep_minutes,
    window_minutes: terms.delivery.window_minutes,
    orders_per_hour: terms.delivery.orders_per_hour,
  },
  policy: {
    accept_within_s: terms.policy.accept_within_s,
    customer_cancel_within_s: terms.policy.customer_cancel_within_s,
    customer_amend_within_s: terms.policy.customer_amend_within_s,
  },
});

/** Members in the order of the contract, so that every copy reads alike. */
function canonicalShop(shop: Shop): Shop {
  const { name, timezone, position, hours, ...terms } = termsOf(shop);
  return {
    id: shop.id, version: shop.version, name, currency: 'GBP', timezone, position, hours,
    accepting: shop.accepting, busy_until: shop.busy_until, ...terms,
  };
}

const menuOf = (shopId: string, version: number, { categories }: MenuContent): Menu =>
  ({ shop_id: shopId, version, currency: 'GBP', categories });
