import { type RunOptions, runSeed } from './run.ts';
import { type SeedOutcome, sweep } from './parallel.ts';
import { type TellOptions, tellRun } from './failure.ts';
import { Progress, exitInterrupted, print, stopSignal } from './progress.ts';
import { Summary } from './summary.ts';

/** After so many failing seeds a campaign ends: more of them say nothing new. */
const failuresMax = 5;

export interface Campaign {
  from: number;
  /** null: until the time is over. */
  to: number | null;
  minutes: number | null;
  jobs: number;
  overrides: Partial<RunOptions>;
  tell: TellOptions;
}

function* seedsOf({ from, to }: Campaign): Generator<number, void> {
  for (let seed = from; to === null || seed <= to; seed += 1) yield seed;
}

/** Many seeds on several processes. Returns the exit code. */
export const runCampaign = async (campaign: Campaign): Promise<number> => {
  const { tell, minutes } = campaign;
  const summary = new Summary();
  const progress = new Progress();
  const signal = stopSignal();
  const onOutcome = (outcome: SeedOutcome): boolean => {
    if (outcome.kind === 'stuck') {
      summary.failed += 1;
      print(`seed ${outcome.seed}: VIOLATION the run does not end`);
    } else if (outcome.kind === 'ran') {
      summary.add(outcome.result);
      progress.clear();
      if (outcome.result.violation !== null) print(tellRun(outcome.result, tell));
    }
    progress.tell(() => `${summary.runs} seeds, ${summary.failed} violations`);
    const timeLeft = minutes === null || progress.seconds < minutes * 60;
    return timeLeft && summary.failed < failuresMax;
  };
  const { jobs, overrides } = campaign;
  await sweep({ seeds: seedsOf(campaign), jobs, overrides, onOutcome, signal });
  const { seconds } = progress;
  progress.clear();
  print(
    tell.json
      ? JSON.stringify({ event: 'summary', ...summary.facts(seconds) })
      : summary.text(seconds),
  );
  if (signal.aborted) return exitInterrupted;
  return summary.failed === 0 ? 0 : 1;
};

/** One seed, in this process. Returns the exit code. */
export const runOne = (seed: number, overrides: Partial<RunOptions>, tell: TellOptions): number => {
  const result = runSeed(seed, overrides);
  print(tellRun(result, tell));
  return result.violation === null ? 0 : 1;
};
