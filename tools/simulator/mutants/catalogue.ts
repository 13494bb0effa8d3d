import { backupMutants } from './backup-mutants.ts';
import type { Mutant } from './mutant.ts';
import { outsideMutants } from './outside-mutants.ts';
import { primaryMutants } from './primary-mutants.ts';
import { queueMutants } from './queue-mutants.ts';
import { setAndReadMutants } from './set-and-read-mutants.ts';

/** Every planted bug; the names are unique. */
export const catalogue: readonly Mutant[] = [
  ...backupMutants,
  ...primaryMutants,
  ...setAndReadMutants,
  ...outsideMutants,
  ...queueMutants,
];
