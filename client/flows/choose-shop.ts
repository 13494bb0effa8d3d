import type { Shop } from '../answers/shop.ts';
import type { Asking } from '../context.ts';
import { shopChoice } from '../view/shop.ts';

/** Which of several shops; null when the person goes back. */
export function chooseShop({ prompts, terminal }: Asking, shops: Shop[]): Promise<Shop | null> {
  const { timeZone } = terminal.screen;
  return prompts.choose<Shop | null>({
    message: 'Which shop?',
    choices: [
      ...shops.map((shop) => ({ name: shopChoice(shop, timeZone), value: shop })),
      { name: 'Back', value: null },
    ],
  });
}
