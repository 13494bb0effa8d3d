import type { Role } from '../../shared/contract/role.ts';
import type { ErrorCode, ErrorData } from '../../shared/contract/errors.ts';
import type { Menu, Order, OrderEvent, Shop } from '../../shared/contract/order.ts';
import type { AccountState } from './account-state.ts';

/** Where an op stands in the replicated log. */
export interface LogPosition {
  lsn: number;
  epoch: number;
}

/** A sign-in as it is recorded: no name, no password, no token. */
export interface SignedIn {
  account: { id: string; role: Role; created_at: string };
  session: { id: string; created_at: string; expires_at: string };
}

/** What an op did, kept for ever under its opId: the same opId gives this and has no effect. */
export type OpResult =
  | {
      ok: true;
      order: Order | null;
      signedIn?: SignedIn;
      ended?: number;
      /** As a change of the shop left it. */
      shop?: Shop;
      /** Of a menu that was changed. */
      menuVersion?: number;
    }
  | { ok: false; code: ErrorCode; detail: string; data: ErrorData };

/** One executed log entry. `lsn` is where the work was done: for a replay below the entry's own. */
export interface AppliedResult {
  opId: string;
  fingerprint: string;
  lsn: number;
  result: OpResult;
}

/**
 * The replicated state as the state machine sees it: synchronous reads, and writes that belong to
 * the transaction of the op being executed. SQLite in production, memory in simulator and tests.
 */
export interface OrderState {
  result(opId: string): AppliedResult | null;
  putResult(result: AppliedResult): void;
  /** Of the default shop where none is named. */
  catalogue(shopId?: string): { shop: Shop; menu: Menu } | null;
  /** How many there are. */
  shopCount(): number;
  /** In the place of what the shop had. */
  putCatalogue(shop: Shop, menu: Menu): void;
  /** Counts orders per shop and local day: 1, 2, 3, ... */
  nextNumber(shopId: string, day: string): number;
  order(id: string): Order | null;
  insertOrder(order: Order, event: OrderEvent): void;
  /** event.seq must be lastEventSeq + 1. */
  updateOrder(order: Order, event: OrderEvent): void;
  lastEventSeq(orderId: string): number;
  /** The newest event that changed the status of the order; null when there is no such order. */
  lastMove(orderId: string): OrderEvent | null;
  /** The time of the newest event of any order; null before the first. */
  lastAt(): string | null;
  readonly accounts: AccountState;
  hasOpenOrder(accountId: string): boolean;
  /**
   * Takes the place of the order everywhere, also in the results that hold it, as an update would
   * not; the notes of its earlier events go.
   */
  eraseOrder(order: Order, event: OrderEvent): void;
}
