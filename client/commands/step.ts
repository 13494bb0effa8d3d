import { randomUUID } from 'node:crypto';
import { failReasons, rejectReasons, type Step } from '../../shared/contract/lifecycle.ts';
import type { Order } from '../answers/order.ts';
import { canAsk, type Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import { findOrder } from '../flows/find-order.ts';
import { askReason } from '../flows/step.ts';
import { statusPainted } from '../view/orders.ts';
import { told } from '../view/told.ts';
import { stepName } from '../view/words.ts';
import { checkKey } from './key.ts';
import { wholeNumber } from './number.ts';

export interface StepOptions {
  step: Exclude<Step, 'cancel'>;
  minutes?: string;
  reason?: string;
  courier?: string;
  courierPhone?: string;
  note?: string;
  ifVersion?: string;
  key?: string;
  yes?: boolean;
}

const minutesMax = 600;
const reasonsFor: Partial<Record<Step, readonly string[]>> =
  { reject: rejectReasons, fail: failReasons };

function inputOf(options: StepOptions): Record<string, unknown> {
  const { reason, courier, courierPhone, note } = options;
  const minutes = wholeNumber('--minutes', options.minutes, { min: 0, max: minutesMax });
  if (courierPhone !== undefined && courier === undefined) {
    throw usageFailure('--courier-phone needs a --courier.', ['add --courier NAME']);
  }
  return {
    ...(minutes === null ? {} : { prep_minutes: minutes }),
    ...(reason === undefined ? {} : { reason }),
    ...(note === undefined ? {} : { note }),
    ...(courier === undefined ? {} : {
      courier: { name: courier, ...(courierPhone === undefined ? {} : { phone: courierPhone }) },
    }),
  };
}

/** What would end or send back an order is asked about; the rest is done as it was said. */
function refuseUnasked(context: Context, { step, reason, yes }: StepOptions): void {
  const reasons = reasonsFor[step];
  if (reasons === undefined || canAsk(context)) return;
  if (reason === undefined) {
    throw usageFailure('Nobody can be asked for the reason.', [
      `add --reason, one of: ${reasons.join(', ')}`,
    ]);
  }
  if (yes !== true) {
    throw usageFailure(`Nobody can be asked whether to ${step} this order.`, ['add --yes']);
  }
}

/** One step of the staff with an order, at the version that they have seen. */
export async function takeStep(
  context: Context, idOrNumber: string, options: StepOptions,
): Promise<void> {
  const { terminal, session, json } = context;
  const { step } = options;
  const key = checkKey(options.key) ?? randomUUID();
  const seen = wholeNumber('--if-version', options.ifVersion, { min: 1, max: 999_999_999 });
  let input = inputOf(options);
  refuseUnasked(context, options);
  const { value: order } = await findOrder(context, idOrNumber);
  const reasons = reasonsFor[step];
  if (reasons !== undefined && canAsk(context)) {
    const reason = options.reason ?? await askReason(context.prompts, reasons);
    const message = `${stepName(step)}: order ${told(order.number, 16)}?`;
    if (options.yes !== true && !await context.prompts.confirm({ message, initial: false })) {
      terminal.say('Nothing was changed.');
      return;
    }
    input = { ...input, reason };
  }
  const change = { id: order.id, version: seen ?? order.version, input, key };
  const { value, raw } = await session.step(step, change);
  if (json) terminal.printJson(raw);
  else terminal.print(steppedText(value, context));
}

/** Names the order and the status that the server answered with. */
export const steppedText = (order: Order, { terminal }: Context): string =>
  `Order ${told(order.number, 16)}: ${statusPainted(order.status, terminal.screen.paint)}.`;
