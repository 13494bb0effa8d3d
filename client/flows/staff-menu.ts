import { showCustomer } from '../commands/customer.ts';
import { openOrders } from '../commands/incoming.ts';
import { switchShop } from '../commands/shop.ts';
import { phoneInput } from '../../shared/contract/order.ts';
import type { Asking } from '../context.ts';
import { incomingView } from '../view/incoming.ts';
import { orderMenu, pickOrder } from './order-menu.ts';

/** What the staff does, one thing at a time. */

/** The open orders; one of them is taken further. */
export async function incoming(context: Asking): Promise<void> {
  const { terminal, io } = context;
  for (;;) {
    const orders = await openOrders(context);
    terminal.print(incomingView(orders, io.clock.wallMs(), terminal.screen));
    if (orders.length === 0) return;
    terminal.say('');
    const order = await pickOrder(context, orders, 'Which one?');
    if (order === null) return;
    await orderMenu(context, order);
  }
}

export async function findCustomer(context: Asking): Promise<void> {
  const phone = await context.prompts.text({
    message: 'Their phone',
    check: (text) => (phoneInput.safeParse(text.trim()).success
      ? null : 'Enter a phone number, like 0191 498 0123'),
  });
  await showCustomer(context, phone.trim());
}

const minutesMax = 1_440;

const checkMinutes = (text: string): string | null => {
  const minutes = /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0;
  return minutes >= 1 && minutes <= minutesMax
    ? null : `Enter a whole number from 1 to ${minutesMax}`;
};

export async function openOrClose(context: Asking): Promise<void> {
  const state = await context.prompts.choose<string | null>({
    message: 'What shall the shop do?',
    choices: [
      { name: 'Take orders', value: 'open' },
      { name: 'Pause for some minutes', value: 'busy' },
      { name: 'Take no more orders', value: 'closed' },
      { name: 'Back', value: null },
    ],
  });
  if (state === null) return;
  if (state !== 'busy') return switchShop(context, { state });
  const minutes = await context.prompts.text({
    message: 'For how many minutes?', fallback: '20', check: checkMinutes,
  });
  await switchShop(context, { state, minutes: minutes.trim() });
}
