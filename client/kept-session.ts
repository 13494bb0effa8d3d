import type { Context } from './context.ts';
import { forgetSession, rememberSession } from './session-file.ts';

/** From now on this run and the next ones at this server are in the name of this session. */
export async function keepSession(context: Context, token: string): Promise<void> {
  const { session, config, io } = context;
  session.useToken(token);
  config.remember.token = token;
  await rememberSession(io.home, { url: config.url, token });
}

/** Neither this run nor the next ones know the session any more. */
export async function dropSession(context: Context): Promise<void> {
  const { session, config, io } = context;
  session.useToken(null);
  config.remember.token = null;
  await forgetSession(io.home, config.url);
}
