import { CommanderError } from 'commander';
import { exitCodes, Failure, stoppedFailure, usageFailure, type ExitCode } from './failure.ts';
import type { Manner } from './manner.ts';
import { describeFailure, problemOf } from './messages.ts';
import { PromptEnded } from './prompts.ts';
import type { Terminal } from './terminal.ts';

const seeHelp = (help: string): string => `see \`${help} --help\``;

/** commander's own words: `error: unknown option '--x'` and, on a second line, a suggestion. */
function usageOf(error: CommanderError, help: string): Failure {
  const [what = '', ...suggestions] = error.message.replace(/^error: /, '').split('\n');
  const hints = suggestions.filter((line) => line !== '')
    .map((line) => line.replace(/^\((.*)\)$/, '$1'));
  return usageFailure(what, [...hints, seeHelp(help)]);
}

function failureOf(error: unknown, help: string): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof CommanderError) return usageOf(error, help);
  if (error instanceof PromptEnded) {
    return error.how === 'end'
      ? usageFailure('The input ended before the last question was answered.')
      : stoppedFailure(exitCodes.interrupted);
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new Failure({
    code: 'internal',
    exitCode: exitCodes.defect,
    what: 'This program has made a mistake.',
    causes: [what],
    fixes: ['report it, with the output of the same command and --verbose'],
  });
}

/** A wrong usage that names no way out has one all the same: the help of its command. */
function withFix(failure: Failure, help: string): Failure {
  const { facts, shown } = failure;
  if (facts.exitCode !== exitCodes.usage || shown || (facts.fixes ?? []).length > 0) return failure;
  return new Failure({ ...facts, fixes: [seeHelp(help)] });
}

/**
 * Tells an error the way the run talks and answers with its exit code. `help` is the command whose
 * help explains the usage.
 */
export function report(
  error: unknown, terminal: Terminal,
  { json, verbose, help }: Omit<Manner, 'colour'> & { help: string },
): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
  const failure = withFix(failureOf(error, help), help);
  if (json) terminal.printJson(problemOf(failure));
  else if (!failure.shown) terminal.tell(describeFailure(failure, terminal.talkPaint, verbose));
  const strange = failure !== error && failure.code === 'internal';
  if (verbose && strange && error instanceof Error) terminal.say(error.stack ?? '');
  return failure.exitCode;
}
