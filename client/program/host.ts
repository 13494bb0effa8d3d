import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { exitCodeHelp } from '../failure.ts';

export type Work = (context: Context) => Promise<void>;

/** Where commands are added, and what gives them a session to work with. */
export interface Host {
  root: Command;
  /** Does the work of one command; what a command does is loaded when it is needed. */
  run: (work: Work) => Promise<void>;
}

/** Text below the options: two or three lines to copy, and the exit codes. */
export const examples = (lines: string): string => `
Examples:
${lines.trim().split('\n').map((line) => `  ${line.trim()}`).join('\n')}
${exitCodeHelp}`;

/** Collects an option that may be repeated. */
export const collect = (text: string, before: string[] | undefined): string[] =>
  [...before ?? [], text];
