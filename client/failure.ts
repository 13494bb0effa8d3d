import type { Issue } from '../shared/contract/errors.ts';

/** The exit codes that scripts rely on; the help of every command lists them. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  degraded: 4,
  conflict: 5,
  notFound: 6,
  defect: 70,
  storeFailed: 74,
  timeout: 124,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const meanings: Readonly<Record<ExitCode, string>> = {
  0: 'done, also when queued',
  1: 'refused or failed',
  2: 'wrong usage, or input is needed',
  3: 'not reachable or ready',
  4: 'degraded',
  5: 'conflict',
  6: 'not found',
  70: 'a mistake in the program',
  74: 'a store failed',
  124: 'own time limit',
  130: 'interrupted',
  143: 'terminated',
};

export const exitCodeHelp = `
Exit codes:
${Object.entries(meanings).map(([code, words]) => `  ${code.padStart(3)} ${words}`).join('\n')}`;

export interface FailureFacts {
  /** A code of shared/contract/errors.ts, or one of: usage, answer, output, interrupted. */
  code: string;
  exitCode: ExitCode;
  /** One sentence: what did not happen. */
  what: string;
  causes?: string[];
  fixes?: string[];
  issues?: Issue[];
  requestId?: string | null;
  /** The request may have taken effect, or may yet. */
  outcomeUnknown?: boolean;
  /** Key of the request, where sending it again continues it. */
  key?: string;
  /** Of `price_changed`: what it costs now, in pence. */
  newTotal?: number;
}

/** An end of a command that is not success, in words for people and facts for scripts. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly facts: Readonly<FailureFacts>;
  /** Set when the person has read it already. */
  shown = false;

  constructor(facts: FailureFacts) {
    super(facts.what);
    this.facts = facts;
  }

  get code(): string {
    return this.facts.code;
  }

  get exitCode(): ExitCode {
    return this.facts.exitCode;
  }
}

/** Wrong or missing arguments: nothing was sent. */
export const usageFailure = (what: string, fixes: string[] = [], causes: string[] = []): Failure =>
  new Failure({ code: 'usage', exitCode: exitCodes.usage, what, fixes, causes });

/** The user stopped the program; `reason` is that of Io.stop. */
export const stoppedFailure = (reason: unknown): Failure =>
  new Failure({
    code: 'interrupted',
    exitCode: reason === exitCodes.terminated ? exitCodes.terminated : exitCodes.interrupted,
    what: 'Stopped.',
  });
