import { exitCodes, Failure } from '../../client/failure.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';

const noRight = ['this user may not', 'give this user the right, or name another place'] as const;

/** The cause and what to do, by the code of the system. */
const words: Readonly<Record<string, readonly [cause: string, fix: string]>> = {
  ENOENT: ['there is no such file or folder', 'check the path'],
  EACCES: noRight,
  EPERM: noRight,
  EROFS: ['the file system is read only', 'name a place on another one'],
  EISDIR: ['it is a folder', 'name a file'],
  ENOTDIR: ['a part of its path is not a folder', 'check the path'],
  ENOSPC: ['the disk is full', 'make room, or name a place on another disk'],
  EDQUOT: ['the quota of this user is used up', 'make room, or name a place on another disk'],
};

/** Runs work on a file; what the system says against it becomes a Failure in words. */
export async function onDisk<T>(
  path: string, done: string, work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (error instanceof OrderlyError) {
      throw new Failure({
        code: error.code, exitCode: exitCodes.failed, what: error.message,
      });
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === '') throw error;
    const [cause, fix] = words[code] ?? [code, 'name another place'];
    throw new Failure({
      code: 'file',
      exitCode: code === 'ENOENT' ? exitCodes.notFound : exitCodes.failed,
      what: `${path} can not be ${done}.`,
      causes: [cause],
      fixes: [fix],
    });
  }
}
