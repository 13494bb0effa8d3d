import { canAsk, type Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import { queuedView, resultsView } from '../view/placed.ts';
import { told } from '../view/told.ts';
import { wholeNumber } from './number.ts';

const limits = { min: 1, max: 200 };

/** How what was queued has ended, in the order of ending. */
export async function listResults(
  { session, terminal, json }: Context, options: { limit?: string; cursor?: string } = {},
): Promise<void> {
  const limit = wholeNumber('--limit', options.limit, limits) ?? 20;
  const { cursor } = options;
  const { value, raw } = await session.results({
    limit, ...(cursor === undefined ? {} : { cursor }),
  });
  if (json) {
    terminal.printJson(raw);
    return;
  }
  terminal.print(resultsView(value, terminal.screen));
  const next = value.next_cursor ?? '';
  if (next !== '') terminal.tell(`There are more: add --cursor ${told(next, 200)}.`);
}

/** Takes back what is still in the queue, after asking where somebody can be asked. */
export async function withdraw(
  context: Context, id: string, options: { yes?: boolean },
): Promise<void> {
  const { session, terminal, json } = context;
  if (options.yes !== true) {
    if (!canAsk(context)) {
      throw usageFailure('Nobody can be asked whether to take this back.', ['add --yes']);
    }
    const message = 'Take it out of the queue?';
    if (!await context.prompts.confirm({ message, initial: false })) {
      terminal.say('It stays in the queue.');
      return;
    }
  }
  const { value, raw } = await session.withdraw(id);
  if (json) terminal.printJson(value === null ? { id, status: 'withdrawn' } : raw);
  else if (value === null) terminal.print('It was taken back and will not be placed.');
  else terminal.print(queuedView(value, terminal.screen));
}
