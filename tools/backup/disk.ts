import { exitCodes, Failure } from '../../client/failure.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the file system is read only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
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
    throw new Failure({
      code: 'file',
      exitCode: code === 'ENOENT' ? exitCodes.notFound : exitCodes.failed,
      what: `${path} can not be ${done}.`,
      causes: [words[code] ?? code],
    });
  }
}
