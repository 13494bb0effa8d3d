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

/** What to do may stand behind the sentence, on lines of its own. */
function failureOf(error: OrderlyError): Failure {
  const [what = '', ...lines] = error.message.split('\n');
  const after = (mark: string): string[] => lines
    .filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length).trim());
  return new Failure({
    code: error.code,
    exitCode: error.data['storage_failed'] === true ? exitCodes.storeFailed : error.row.exit,
    what,
    causes: [...after('cause:'), ...lines.filter((line) => !/^(cause|fix):/.test(line))],
    fixes: after('fix:'),
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
