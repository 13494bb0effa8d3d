import { randomUUID } from 'node:crypto';
import { cancelReasons, type CancelInput } from '../../shared/contract/order.ts';
import type { Order } from '../answers/order.ts';
import type { Asking, Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { describeFailure } from '../messages.ts';
import type { Told } from '../session.ts';
import { money } from '../view/money.ts';
import { told } from '../view/told.ts';
import { reasonWords } from '../view/words.ts';

const noteCharactersMax = 200;

/** Asks for the reason; null when the person wants to keep the order. */
export async function askCancel({ prompts }: Asking, order: Order): Promise<CancelInput | null> {
  const reason = await prompts.choose({
    message: 'Why?',
    choices: cancelReasons.map((value) => ({ name: reasonWords(value), value })),
  });
  const note = await prompts.text({
    message: 'Note (may stay empty)',
    check: (text) => (text.length <= noteCharactersMax ? null : 'At most 200 characters'),
  });
  const input = { reason, ...(note.trim() === '' ? {} : { note: note.trim() }) };
  return await confirmCancel(prompts, order) ? input : null;
}

/** One last question before an order is cancelled. */
export function confirmCancel(prompts: Asking['prompts'], order: Order): Promise<boolean> {
  return prompts.confirm({
    message: `Cancel order ${told(order.number, 16)} (${money(order.totals.total)})?`,
    initial: false,
  });
}

/** Cancels, and where somebody can be asked, offers to send the same again. */
export async function sendCancel(
  context: Context, what: { id: string; input: CancelInput; key?: string },
): Promise<Told<Order>> {
  const key = what.key ?? randomUUID();
  const { terminal, session, prompts, io } = context;
  for (;;) {
    try {
      return await session.cancel(what.id, what.input, key);
    } catch (error) {
      const givenUp = error instanceof Failure && error.facts.key !== undefined;
      if (!givenUp || prompts === null || io.stop.aborted) throw error;
      terminal.tell(describeFailure(error, terminal.talkPaint, false));
      error.shown = true;
      const again = await prompts.confirm({ message: 'Ask again?', initial: true });
      if (!again) throw error;
    }
  }
}
