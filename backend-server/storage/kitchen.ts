import type { OrderStatus } from '../../shared/contract/order.ts';

/** Orders that the kitchen has still to finish. The index orders_in_kitchen holds these. */
export const kitchenStatuses: readonly OrderStatus[] = ['placed', 'accepted', 'preparing'];

/** More are not counted: an answer must not cost more the more orders there are. */
export const ordersAheadMax = 500;

const statusList = kitchenStatuses.map((status) => `'${status}'`).join(', ');

export const inKitchen = `status IN (${statusList})`;
