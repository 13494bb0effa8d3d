import type { CaseRun } from './case-run.ts';

/** What a case needs of the machine; where it is missing the case is reported as `not run`. */
export type Need = 'hosts' | 'preload' | 'small-disks';

/**
 * What each program gets: `switches`, a disk and a wall clock that can be broken while it runs;
 * `small-disks`, a file system of its own that can be filled and lose its power; `both`.
 */
export type Equipment = 'plain' | 'switches' | 'small-disks' | 'both';

/** One case of the list in docs/testing.md, by its number there. */
export interface ChaosCase {
  number: number;
  title: string;
  /** 3 back ends and 2 front ends unless said. */
  backends?: number;
  frontends?: number;
  equipment?: Equipment;
  needs?: readonly Need[];
  /** How it differs from its title, for the table. */
  note?: string;
  /** Does its faults, with load going on, and mends them all; the judge comes afterwards. */
  run: (run: CaseRun) => Promise<void>;
}

/** A killed process: time to the first success, of PROTOCOL 5.2. */
export const killedBarMs = 3_000;
/** A process that is silent: its lease of 2 s, and 2 s more. */
export const silentBarMs = 4_000;
