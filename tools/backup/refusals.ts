import { exitCodes, Failure } from '../../client/failure.ts';

/** Why a file is not taken for a backup. */

export const damaged = (path: string, why: string): Failure => new Failure({
  code: 'backup_damaged',
  exitCode: exitCodes.failed,
  what: `${path} is not a sound backup.`,
  causes: [why],
  fixes: ['use another copy of this backup, or another backup'],
});

export const newer = (path: string, what: string): Failure => new Failure({
  code: 'backup_newer',
  exitCode: exitCodes.failed,
  what: `${path} was written by a newer version of Orderly (${what}).`,
  fixes: ['use the version that wrote it, or a newer one'],
});
