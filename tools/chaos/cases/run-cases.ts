import { resultTable } from './case-result.ts';
import type { CaseResult } from './case-result.ts';
import { writeTable } from './case-table.ts';
import type { ChaosCase } from './case.ts';
import { runCase } from './run-case.ts';
import type { CaseOptions } from './run-case.ts';

export interface CasesOptions extends CaseOptions {
  cases: readonly ChaosCase[];
  json: boolean;
  /** Document whose table of cases is brought up to date; null: none. */
  write: string | null;
  print: (text: string) => void;
}

/**
 * Runs the cases one after the other, each in a laboratory of its own. Resolves with the exit
 * code: 1 when one failed; what could not be run here is said, and is no failure.
 */
export async function runCases(options: CasesOptions): Promise<number> {
  const { cases, say, print, json, write } = options;
  const results: CaseResult[] = [];
  for (const one of cases) {
    say(`case ${one.number}: ${one.title}`);
    const result = await runCase(one, options);
    say(`case ${one.number}: ${result.verdict}`);
    results.push(result);
    // After each one, so that an interrupted run leaves what it found.
    if (write !== null) writeTable(write, resultTable(results));
  }
  print(json ? `${JSON.stringify({ cases: results })}\n` : `${resultTable(results)}\n`);
  return results.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
}
