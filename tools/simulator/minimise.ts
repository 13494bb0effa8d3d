import type { FaultKind } from './nemesis.ts';
import type { RunOptions, RunResult } from './run.ts';

/** What makes a failing run shorter. */
export interface Shortened {
  stepsMax: number;
  faultsMax: number;
  faultKinds: readonly FaultKind[];
}

/** Stands for one kind of violation whatever numbers and stores its text names. */
export const invariantOf = (violation: string): string => {
  const [line = ''] = violation.split('\n');
  const numbered = /^[HI]\d+/.exec(line)?.[0];
  return numbered ?? line.replace(/\b[0-9a-f]{4,}\b|\d+(\.\d+)?/g, '#');
};

/** Runs that a search for a shorter one may cost. */
const trialsMax = 250;
/** Steps are tried at so many places between nothing and all. */
const stepPlaces = 40;

class Search {
  best: RunResult;
  #trials = 0;
  readonly #failed: RunResult;
  readonly #run: (overrides: Partial<RunOptions>) => RunResult;

  constructor(failed: RunResult, run: (overrides: Partial<RunOptions>) => RunResult) {
    this.best = failed;
    this.#failed = failed;
    this.#run = run;
  }

  /** Whether it breaks the same invariant; if so it is the best one from now on. */
  fails(shortened: Partial<Shortened>): boolean {
    if (this.#trials >= trialsMax) return false;
    this.#trials += 1;
    const { stepsMax, faultsMax, faultKinds } = this.best.options;
    const result = this.#run({ stepsMax, faultsMax, faultKinds, ...shortened });
    const { violation } = result;
    const wanted = invariantOf(this.#failed.violation ?? '');
    if (violation === null || invariantOf(violation) !== wanted) return false;
    this.best = result;
    return true;
  }

  /** One kind of fault, else two, else all but those that do not matter. */
  fewerKinds(): void {
    const all = this.best.options.faultKinds;
    if (all.some((kind) => this.fails({ faultKinds: [kind] }))) return;
    const pairs = all.flatMap((one, i) => all.slice(i + 1).map((other) => [one, other]));
    if (pairs.some((faultKinds) => this.fails({ faultKinds }))) return;
    for (const kind of all)
      this.fails({ faultKinds: this.best.options.faultKinds.filter((one) => one !== kind) });
  }

  /** Failing is not monotone in any of these, so the least is looked for from below. */
  fewerFaults(): void {
    const { faults } = this.best;
    for (let faultsMax = 0; faultsMax < faults; faultsMax += 1)
      if (this.fails({ faultsMax })) return;
  }

  fewerSteps(): void {
    const high = this.#stepsNeeded;
    for (let place = 0; place < stepPlaces; place += 1)
      if (this.fails({ stepsMax: Math.floor((high * place) / stepPlaces) })) break;
    let low = Math.max(0, this.#stepsNeeded - Math.ceil(high / stepPlaces));
    while (low < this.#stepsNeeded) {
      const middle = Math.floor((low + this.#stepsNeeded) / 2);
      if (!this.fails({ stepsMax: middle })) low = middle + 1;
    }
  }

  /** A run that failed before healing began needs no limit: it ended there. */
  get #stepsNeeded(): number {
    return this.best.faultSteps || this.best.steps;
  }
}

/**
 * Fewer kinds of faults, fewer faults and fewer steps that still break the same invariant. Each
 * trial is a whole run.
 */
export const minimise = (
  failed: RunResult,
  run: (overrides: Partial<RunOptions>) => RunResult,
): RunResult => {
  const search = new Search(failed, run);
  search.fewerKinds();
  search.fewerFaults();
  search.fewerSteps();
  return search.best;
};

/** Options of the command that give the shortened run. */
export const shortenedFlags = (before: Shortened, after: Shortened): string => {
  const flags: string[] = [];
  if (after.stepsMax !== before.stepsMax) flags.push(`--steps ${after.stepsMax}`);
  if (after.faultsMax !== before.faultsMax) flags.push(`--faults ${after.faultsMax}`);
  if (after.faultKinds.length < before.faultKinds.length)
    flags.push(`--kinds ${after.faultKinds.join(',') || 'none'}`);
  return flags.join(' ');
};
