import type { Clock } from '../shared/runtime/clock.ts';
import { readClientConfig, type CommonOptions } from './client-config.ts';
import type { Context } from './context.ts';
import { inquirerPrompts } from './inquirer-prompts.ts';
import type { Prompts } from './prompts.ts';
import { rememberSession } from './session-file.ts';
import { Session } from './session.ts';
import type { Io, Terminal } from './terminal.ts';
import { told } from './view/told.ts';

/** A terminal that can not move its cursor gets questions line by line. */
async function promptsFor(io: Io): Promise<Prompts> {
  if (io.env['TERM'] === 'dumb') return (await import('./plain-prompts.ts')).plainPrompts(io);
  return inquirerPrompts(io);
}

const lastKnown = 'The shop can not be asked now: this is its last known offer. '
  + 'An order is queued, and placed once it can be.';

const sayAgainMs = 60_000;

/** Says it again only after a minute: one order asks for several things. */
function nowAndThen(clock: Clock, say: () => void): () => void {
  let saidMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock.nowMs() - saidMs < sayAgainMs) return;
    saidMs = clock.nowMs();
    say();
  };
}

/** Does the work of one command with a session, and remembers the server when it went well. */
export async function withSession<T>(
  io: Io, terminal: Terminal, { options, work }: {
    options: CommonOptions; work: (context: Context) => Promise<T>;
  },
): Promise<T> {
  const config = await readClientConfig(options, io);
  const json = options.json === true;
  const session = new Session({
    url: config.url,
    token: config.token,
    timeoutMs: config.timeoutMs,
    clock: io.clock,
    stop: io.stop,
    onRetry: (why) => {
      const seconds = config.timeoutMs / 1_000;
      if (!json) terminal.say(`${told(why)} Trying again for up to ${seconds} s ...`);
    },
    ...(json ? {} : { onLastKnown: nowAndThen(io.clock, () => { terminal.tell(lastKnown); }) }),
  });
  const prompts = json || !terminal.canAsk ? null : io.prompts ?? await promptsFor(io);
  try {
    const result = await work({ io, terminal, session, config, json, prompts });
    await rememberSession(io.home, config.remember);
    return result;
  } finally {
    await session.close();
  }
}
