import { readFileSync, writeFileSync } from 'node:fs';
import { OrderlyError } from '../../../shared/contract/errors.ts';
import { type SeedOutcome, sweep } from '../parallel.ts';
import { Progress, exitInterrupted, print, stopSignal } from '../progress.ts';
import { catalogue } from './catalogue.ts';
import { type Finding, judge } from './judge.ts';
import type { Mutant } from './mutant.ts';
import { tableOf, withTable } from './table.ts';

export interface MutantsOptions {
  /** One of the catalogue; null for all. */
  name: string | null;
  jobs: number;
  json: boolean;
  /** A document that gets the table. */
  write: string | null;
  shareRuns: number;
}

const chosen = ({ name, write }: MutantsOptions): readonly Mutant[] => {
  if (name === null) return catalogue;
  if (write !== null)
    throw new OrderlyError('invalid_params', 'The table needs all of them: leave --mutant out.');
  const names = name.split(',');
  const unknown = names.find((one) => catalogue.every((mutant) => mutant.name !== one));
  if (unknown === undefined) return catalogue.filter((mutant) => names.includes(mutant.name));
  const known = catalogue.map((mutant) => mutant.name).join('\n  ');
  throw new OrderlyError(
    'invalid_params',
    `No planted bug is called ${unknown}. Known:\n  ${known}`,
  );
};

const said = ({ mutant, verdict, share }: Finding): string => {
  const name = mutant.name.padEnd(34);
  if (verdict.kind === 'broken') return `BROKEN    ${name} ${verdict.why}`;
  if (verdict.kind === 'survived') return `SURVIVED  ${name} ${verdict.seeds} seeds`;
  const often = share === null ? '' : `; ${share.found} of ${share.runs} other seeds`;
  return `found     ${name} seed ${verdict.seed}: ${verdict.invariant}${often}`;
};

const asJson = ({ mutant, verdict, share }: Finding): string => {
  const { name, file, breaks, origin } = mutant;
  return JSON.stringify({ event: 'mutant', name, origin, file, breaks, ...verdict, share });
};

/** Several bugs at once, each in a process of its own; the findings in the order of the list. */
const judgeAll = async (
  mutants: readonly Mutant[],
  options: MutantsOptions,
  signal: AbortSignal,
): Promise<Finding[]> => {
  const findings = new Map<Mutant, Finding>();
  const waiting = mutants.values();
  const progress = new Progress();
  const lane = async (): Promise<void> => {
    for (const mutant of waiting) {
      const finding = await judge(mutant, { shareRuns: options.shareRuns, signal });
      if (signal.aborted) return;
      findings.set(mutant, finding);
      progress.clear();
      print(options.json ? asJson(finding) : said(finding));
      if (findings.size < mutants.length)
        progress.tell(() => `${findings.size} of ${mutants.length} planted bugs looked for`);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, lane));
  return mutants.flatMap((mutant) => findings.get(mutant) ?? []);
};

/** What the program as it is does not pass, of the seeds 1 to the last that found one of these. */
const guard = async (
  findings: readonly Finding[],
  jobs: number,
  signal: AbortSignal,
): Promise<{ seeds: number; failed: ReadonlyMap<number, string> }> => {
  const seeds = findings.map(({ verdict }) => (verdict.kind === 'found' ? verdict.seed : 0));
  const last = Math.max(0, ...seeds);
  const failed = new Map<number, string>();
  const onOutcome = (outcome: SeedOutcome): boolean => {
    if (outcome.kind === 'stuck') failed.set(outcome.seed, 'the run does not end');
    if (outcome.kind === 'ran' && outcome.result.violation !== null)
      failed.set(outcome.seed, outcome.result.violation);
    return true;
  };
  const all = Array.from({ length: last }, (_, i) => i + 1).values();
  const overrides = findings[0]?.mutant.run ?? {};
  await sweep({ seeds: all, jobs, overrides, onOutcome, signal });
  return { seeds: last, failed };
};

/** A bug was not found by a seed that fails without it too. */
const honest = (finding: Finding, failed: ReadonlyMap<number, string>): Finding => {
  const { verdict } = finding;
  if (verdict.kind !== 'found' || !failed.has(verdict.seed)) return finding;
  return { ...finding, verdict: { kind: 'survived', seeds: verdict.seed - 1 }, share: null };
};

/** The findings as they count, with what fails without a bug; one sweep for each kind of run. */
const guarded = async (
  judged: readonly Finding[],
  jobs: number,
  signal: AbortSignal,
): Promise<{ findings: Finding[]; seeds: number; alarms: string[] }> => {
  const findings = new Map<Finding, Finding>();
  const alarms: string[] = [];
  let most = 0;
  const usual = judged.filter(({ mutant }) => mutant.run === undefined);
  const others = judged.filter(({ mutant }) => mutant.run !== undefined);
  for (const alike of [usual, ...others.map((one) => [one])]) {
    const { seeds, failed } = await guard(alike, jobs, signal);
    most = Math.max(most, seeds);
    for (const finding of alike) findings.set(finding, honest(finding, failed));
    for (const [seed, why] of failed) alarms.push(`seed ${seed} fails without a bug: ${why}`);
  }
  return { findings: judged.map((one) => findings.get(one) ?? one), seeds: most, alarms };
};

/** Plants bugs and demands that each is found. Returns the exit code. */
export const runMutants = async (options: MutantsOptions): Promise<number> => {
  const mutants = chosen(options);
  const signal = stopSignal();
  const judged = await judgeAll(mutants, options, signal);
  if (signal.aborted) return exitInterrupted;
  const { findings, seeds, alarms } = await guarded(judged, options.jobs, signal);
  if (signal.aborted) return exitInterrupted;
  const count = (kind: Finding['verdict']['kind']): number =>
    findings.filter(({ verdict }) => verdict.kind === kind).length;
  const facts = {
    planted: mutants.length,
    found: count('found'),
    survived: count('survived'),
    broken: count('broken'),
    falseAlarms: alarms.length,
  };
  for (const alarm of alarms) process.stderr.write(`error: ${alarm}\n`);
  if (options.write !== null) {
    const document = readFileSync(options.write, 'utf8');
    writeFileSync(options.write, withTable(document, tableOf(findings)));
  }
  print(
    options.json
      ? JSON.stringify({ event: 'summary', ...facts, seeds })
      : `${facts.found} of ${facts.planted} planted bugs found, ${facts.survived} survived, ` +
          `${facts.broken} could not be planted; the program as it is passes seeds 1..${seeds}` +
          (alarms.length === 0 ? '' : ` except ${alarms.length}`),
  );
  return facts.found === facts.planted && alarms.length === 0 ? 0 : 1;
};
