import type { RunOptions } from '../run.ts';

/** One place in a compiled module, and what is put there instead. */
export interface Edit {
  /** How the module's URL ends, such as backend-server/replication/commit.js. */
  file: string;
  /** Must occur exactly once in that module; any run of blanks stands for any other. */
  find: string;
  replace: string;
}

/**
 * A bug planted on purpose, from outside: the sources hold no switch for it. A simulator that does
 * not find it has a hole.
 */
export interface Mutant extends Edit {
  name: string;
  /** What is wrong with the system that has it, in one sentence. */
  breaks: string;
  /** Listed in PROTOCOL 4.3, or one that this code base makes likely. */
  origin: 'protocol' | 'own';
  /** It must be found within so many seeds, counted from 1. */
  seeds?: number;
  /** The invariants that it can break; a run that breaks another one does not count. */
  by?: readonly string[];
  /** Options that every run has, also those of the program without the bug. */
  run?: Partial<RunOptions>;
  /** Further edits without which the bug would not be whole. */
  also?: readonly Edit[];
}

export const defaultSeeds = 300;

export const editsOf = (mutant: Mutant): Edit[] => {
  const { file, find, replace } = mutant;
  return [{ file, find, replace }, ...(mutant.also ?? [])];
};
