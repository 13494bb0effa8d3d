/** From which shop an order is, and how it is handed over: what its body says beside the texts. */
interface WithBase {
  base: Record<string, unknown>;
}

/** Whether it is fetched at the shop: then there is no address. */
export const isCollected = ({ base }: WithBase): boolean => base['fulfilment'] === 'collection';

/** The same order from this shop. */
export const fromShop = <D extends WithBase>(draft: D, shopId: string): D =>
  ({ ...draft, base: { ...draft.base, shop_id: shopId } });

/** The same order delivered, or collected. */
export const handedOver = <D extends WithBase>(draft: D, how: 'delivery' | 'collection'): D =>
  ({ ...draft, base: { ...draft.base, fulfilment: how } });
