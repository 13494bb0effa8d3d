import { randomUUID } from 'node:crypto';
import {
  failReasons, openTransitions, rejectReasons, type Movable, type Step,
} from '../../shared/contract/lifecycle.ts';
import { phoneInput } from '../../shared/contract/order.ts';
import type { Order } from '../answers/order.ts';
import type { Asking } from '../context.ts';
import { Failure } from '../failure.ts';
import { describeFailure } from '../messages.ts';
import type { Prompts } from '../prompts.ts';
import { reasonWords } from '../view/words.ts';

const minutesMax = 600;
const minutesUsual = '20';

/** One of the reasons that the contract knows for a step. */
export const askReason = (prompts: Prompts, reasons: readonly string[]): Promise<string> =>
  prompts.choose({
    message: 'Why?', choices: reasons.map((value) => ({ name: reasonWords(value), value })),
  });

function checkMinutes(text: string): string | null {
  const minutes = /^\d{1,4}$/.test(text.trim()) ? Number(text) : -1;
  return minutes >= 0 && minutes <= minutesMax
    ? null : `Enter a whole number from 0 to ${minutesMax}`;
}

async function askCourier(prompts: Prompts): Promise<Record<string, unknown>> {
  const name = (await prompts.text({
    message: 'Who brings it? (may stay empty)',
    check: (text) => (text.length <= 80 ? null : 'At most 80 characters'),
  })).trim();
  if (name === '') return {};
  const phone = (await prompts.text({
    message: 'Their phone (may stay empty)',
    check: (text) => (text.trim() === '' || phoneInput.safeParse(text).success
      ? null : 'Enter a phone number, like 0191 498 0123'),
  })).trim();
  return { courier: { name, ...(phone === '' ? {} : { phone }) } };
}

/** What a step wants to know. */
async function askInput(prompts: Prompts, step: Step): Promise<Record<string, unknown>> {
  switch (step) {
    case 'accept':
      return {
        prep_minutes: Number(await prompts.text({
          message: 'How many minutes does it take?', fallback: minutesUsual, check: checkMinutes,
        })),
      };
    case 'reject':
      return { reason: await askReason(prompts, rejectReasons) };
    case 'fail':
      return { reason: await askReason(prompts, failReasons) };
    case 'dispatch':
    case 'redeliver':
      return askCourier(prompts);
    case 'start':
    case 'ready':
    case 'deliver':
    case 'cancel':
      return {};
  }
}

/** What the staff may do with this order at this moment. */
export function stepsFor(order: Order, at: string): Step[] {
  const { status, fulfilment, accept_by: by = null, cancellable_until: until = null } = order;
  const movable = { status, fulfilment, accept_by: by, cancellable_until: until } as Movable;
  const steps = openTransitions(movable, { actor: 'staff', at }).map(({ step }) => step);
  return [...new Set(steps)].filter((step) => step !== 'place');
}

/**
 * Asks what the step needs to know and takes it. When somebody was faster that is said, and the
 * order comes back as it is now.
 */
export async function stepByAsking(
  context: Asking, order: Order, step: Exclude<Step, 'cancel'>,
): Promise<Order> {
  const { session, terminal, prompts, io } = context;
  const input = await askInput(prompts, step);
  const change = { id: order.id, version: order.version, input, key: randomUUID() };
  for (;;) {
    try {
      return (await session.step(step, change)).value;
    } catch (error) {
      if (!(error instanceof Failure) || io.stop.aborted) throw error;
      terminal.tell(describeFailure(error, terminal.talkPaint, false));
      error.shown = true;
      if (error.code === 'version_mismatch' || error.code === 'illegal_transition') {
        return (await session.order(order.id)).value;
      }
      if (error.facts.key === undefined) throw error;
      if (!await prompts.confirm({ message: 'Ask again?', initial: true })) throw error;
    }
  }
}
