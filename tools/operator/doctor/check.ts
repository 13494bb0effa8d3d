import type { Io } from '../../../client/terminal.ts';

/** One thing that was looked at. */
export interface Check {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  /** What was found, one sentence. */
  what: string;
  /** What mends it; null where nothing has to be done. */
  fix: string | null;
}

/** What the checks look at. */
export interface Patient {
  io: Io;
  /** Folder of the data: ORDERLY_HOME. */
  home: string;
  /** A front end that may be running. */
  url: string;
}

export const ok = (name: string, what: string): Check => ({ name, status: 'ok', what, fix: null });

export const warn = (name: string, what: string, fix: string): Check =>
  ({ name, status: 'warn', what, fix });

export const fail = (name: string, what: string, fix: string): Check =>
  ({ name, status: 'fail', what, fix });

/** The system's own word for a failure, ENOSPC for example. */
export const codeOf = (error: unknown): string => {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
};
