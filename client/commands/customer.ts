import type { Context } from '../context.ts';
import { exitCodes, Failure } from '../failure.ts';
import { customerView } from '../view/customer.ts';
import { told } from '../view/told.ts';

/** Who has ordered with a telephone number before, for the staff. */
export async function showCustomer(context: Context, phone: string): Promise<void> {
  const { session, terminal, json } = context;
  try {
    const { value, raw } = await session.customer(phone);
    if (json) terminal.printJson(raw);
    else terminal.print(customerView(value, terminal.screen));
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'not_found') throw error;
    throw new Failure({
      ...error.facts,
      exitCode: exitCodes.notFound,
      what: `Nobody has ordered with the number ${told(phone, 40)}.`,
      fixes: ['check the number; a national UK number and +44... are the same'],
    });
  }
}
