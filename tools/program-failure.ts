import { CommanderError } from 'commander';
import { exitCodes, Failure, usageFailure } from '../client/failure.ts';
import { OrderlyError } from '../shared/contract/errors.ts';

/** A setting that its schema refuses; the programs' config files let it through as it is. */
function settingProblem(error: unknown): string[] {
  if (!(error instanceof Error) || !error.name.endsWith('ZodError')) return [];
  if (!('issues' in error) || !Array.isArray(error.issues)) return [];
  const issues = error.issues as { path?: string[]; message?: string }[];
  return issues.map(({ path, message }) => {
    const flag = (path?.[0] ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `--${flag}: ${message ?? 'wrong value'}`;
  });
}

/** Why a file or folder could not be had, and what to do, by the reason that its error names. */
const advice: Readonly<Record<string, { cause: string; fix: string }>> = {
  in_use: {
    cause: 'a program that was started with the same folder still runs',
    fix: 'end that one, or name another folder with --data DIR',
  },
  not_a_folder: {
    cause: 'a file is in its place',
    fix: 'move the file away, or name another folder with --data DIR',
  },
  unusable: {
    cause: 'this user has no right to it, or the disk is full or read-only',
    fix: 'give this user the right to write there, or name other places: --data DIR, and '
      + 'ORDERLY_HOME for the keys',
  },
};

/** What to do may stand behind the sentence, on lines of its own. */
function failureOf(error: OrderlyError): Failure {
  const [what = '', ...lines] = error.message.split('\n');
  const after = (mark: string): string[] => lines
    .filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length).trim());
  const known = lines.length === 0 ? advice[String(error.data['reason'])] : undefined;
  return new Failure({
    code: error.code,
    exitCode: error.data['storage_failed'] === true ? exitCodes.storeFailed : error.row.exit,
    what,
    causes: known === undefined
      ? [...after('cause:'), ...lines.filter((line) => !/^(cause|fix):/.test(line))]
      : [known.cause],
    fixes: known === undefined ? after('fix:') : [known.fix],
    issues: error.data.issues ?? [],
  });
}

/** What ends a program, as what is told about it; what is not expected stays as it is. */
export function endOfProgram(error: unknown): unknown {
  if (error instanceof CommanderError || error instanceof Failure) return error;
  if (error instanceof OrderlyError) return failureOf(error);
  const [problem, ...more] = settingProblem(error);
  return problem === undefined ? error : usageFailure(problem, [], more);
}
