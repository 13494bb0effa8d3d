import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invariantOf } from '../minimise.ts';
import { type SeedOutcome, SeedRunner } from '../parallel.ts';
import { type Mutant, defaultSeeds, editsOf } from './mutant.ts';
import { occurrences } from './patch.ts';

/** What became of a planted bug. */
export type Verdict =
  | { kind: 'found'; seed: number; invariant: string; violation: string }
  | { kind: 'survived'; seeds: number }
  /** The text to replace is not once in the compiled module, or the edited program crashes. */
  | { kind: 'broken'; why: string };

/** Share of `runs` other seeds that find it. */
export interface Share {
  runs: number;
  found: number;
}

export interface Finding {
  mutant: Mutant;
  verdict: Verdict;
  share: Share | null;
}

/** Seeds for the share are none of those that were used to find the first one. */
const shareFrom = 1_000_001;
const compiled = fileURLToPath(new URL('../../../', import.meta.url));

/** Why the mutant can not be planted in the modules compiled to this folder; null when it can. */
export const whyNotApplicable = (mutant: Mutant, folder = compiled): string | null => {
  for (const { file, find } of editsOf(mutant)) {
    const count = occurrences(readFileSync(join(folder, file), 'utf8'), find);
    if (count !== 1) return `${file} holds ${count} times: ${find.slice(0, 60)}`;
  }
  return null;
};

const found = (outcome: SeedOutcome): Verdict | null => {
  const { seed } = outcome;
  if (outcome.kind === 'crashed') return { kind: 'broken', why: `seed ${seed}: ${outcome.why}` };
  if (outcome.kind === 'stuck')
    return { kind: 'found', seed, invariant: 'the run does not end', violation: '' };
  const { violation } = outcome.result;
  if (violation === null) return null;
  return { kind: 'found', seed, invariant: invariantOf(violation), violation };
};

const counts = ({ by }: Mutant, verdict: Verdict): boolean =>
  by === undefined || verdict.kind !== 'found' || by.includes(verdict.invariant);

const search = async (runner: SeedRunner, mutant: Mutant): Promise<Verdict> => {
  const seeds = mutant.seeds ?? defaultSeeds;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const verdict = found(await runner.run(seed, mutant.run ?? {}));
    if (verdict !== null && counts(mutant, verdict)) return verdict;
  }
  return { kind: 'survived', seeds };
};

const measure = async (runner: SeedRunner, mutant: Mutant, runs: number): Promise<Share | null> => {
  let count = 0;
  for (let i = 0; i < runs; i += 1) {
    const verdict = found(await runner.run(shareFrom + i, mutant.run ?? {}));
    if (verdict?.kind === 'broken') return null;
    if (verdict !== null && counts(mutant, verdict)) count += 1;
  }
  return runs === 0 ? null : { runs, found: count };
};

/** Plants the bug in a process of its own and looks for it, seed by seed. */
export const judge = async (
  mutant: Mutant,
  options: { shareRuns: number; signal: AbortSignal },
): Promise<Finding> => {
  const why = whyNotApplicable(mutant);
  if (why !== null) return { mutant, verdict: { kind: 'broken', why }, share: null };
  const runner = new SeedRunner(editsOf(mutant));
  const stop = (): void => runner.stop();
  options.signal.addEventListener('abort', stop);
  try {
    const verdict = await search(runner, mutant);
    const share =
      verdict.kind === 'found' ? await measure(runner, mutant, options.shareRuns) : null;
    return { mutant, verdict, share };
  } finally {
    options.signal.removeEventListener('abort', stop);
    stop();
  }
};
