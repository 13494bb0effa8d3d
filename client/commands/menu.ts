import type { Context } from '../context.ts';
import { menuView } from '../view/menu.ts';

/** What can be ordered, with prices and options. */
export async function showMenu(
  { session, terminal, json }: Context, { shop }: { shop?: string } = {},
): Promise<void> {
  const { value, raw } = await session.menu(shop);
  if (json) terminal.printJson(raw);
  else terminal.print(menuView(value, terminal.screen));
}
