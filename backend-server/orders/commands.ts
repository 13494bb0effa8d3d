import type { Actor, Geocode, Menu, Order, Shop } from '../../shared/contract/order.ts';
import type { Ending } from '../../shared/contract/submission.ts';
import type { AccountCommandBody } from './accounts.ts';
import type { AmendCommand } from './amend.ts';
import type { MoveCommand } from './life-cycle.ts';
import type { PayCommand } from './payment.ts';
import type { ShopCommandBody } from './shops.ts';

/**
 * The payload of an op: deterministic, everything that needs a clock, chance or a web service was
 * fixed on the primary. `at` is the time of that primary; what is executed grows (see apply).
 */
export type Command = CommandHead & CommandBody;

export interface CommandHead {
  opId: string;
  /** SHA-256 of the request that asked for it; '' for the system's own. */
  fingerprint: string;
  /** RFC 3339 UTC with milliseconds. */
  at: string;
}

/** An order before the log gives it its number; `day` is the shop's local day, YYYY-MM-DD. */
export type OrderDraft = Omit<
  Order,
  | 'number' | 'version' | 'status' | 'prep_minutes' | 'courier' | 'placed_at'
  | 'cancellable_until' | 'updated_at' | 'closed_at' | 'cancel'
>;

export type CommandBody =
  | AccountCommandBody
  | ShopCommandBody
  | { kind: 'catalogue.install'; shop: Shop; menu: Menu }
  | { kind: 'order.place'; draft: OrderDraft; day: string; actor: Actor }
  /** Under the op of an order that shall not be placed any more: whichever comes first holds. */
  | { kind: 'order.close'; ending: Ending }
  | MoveCommand
  | AmendCommand
  | PayCommand
  /** As earlier programs wrote it; executed as the step `cancel`. */
  | {
      kind: 'order.cancel';
      orderId: string;
      actor: Actor;
      reason: string | null;
      note: string | null;
    }
  | {
      kind: 'order.geocoded';
      orderId: string;
      position: { lat: number; lng: number } | null;
      geocode: Geocode;
      /** Whole metres from the shop; fixed on the primary, as apply does no trigonometry. */
      distanceM?: number | null;
    };
