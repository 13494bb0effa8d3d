import type { ClientConfig } from './client-config.ts';
import type { Prompts } from './prompts.ts';
import type { Session } from './session.ts';
import type { Io, Terminal } from './terminal.ts';

/** What a client command works with. */
export interface Context {
  io: Io;
  terminal: Terminal;
  session: Session;
  config: ClientConfig;
  /** Machine output only on stdout, and nobody is asked. */
  json: boolean;
  /** null where nobody can be asked. */
  prompts: Prompts | null;
}

/** A context in which a person answers. */
export interface Asking extends Context {
  prompts: Prompts;
}

export const canAsk = (context: Context): context is Asking => context.prompts !== null;
