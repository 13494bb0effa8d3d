import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { OrderlyError } from '../contract/errors.ts';
import { makeFolders } from './make-folders.ts';

/** A folder that this process alone uses until it releases it or ends, however it ends. */
export interface DataFolder {
  readonly dir: string;
  release(): void;
}

const claimsMax = 1_000;

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Runs something on a file or folder; what the system says against it becomes `unavailable`. */
export function onFile<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')
      || error instanceof OrderlyError) throw error;
    throw new OrderlyError(
      'unavailable', `${path} can not be used (${error.code}).`,
      { reason: /^(EEXIST|ENOTDIR)$/.test(error.code) ? 'not_a_folder' : 'unusable' },
    );
  }
}

/** Refuses a file or folder that the group or others can use; Windows has no such bits. */
export function refuseIfShared(path: string): void {
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return;
  throw new OrderlyError(
    'unavailable',
    `Others on this machine can read ${path}. Make it yours alone: chmod go= ${path}`,
    { reason: 'permissions' },
  );
}

/** Makes the folder (mode 0700) and its parents where they are missing. */
export function makePrivateFolder(dir: string): void {
  if (onFile(dir, () => makeFolders(dir))) chmodSync(dir, 0o700);
  refuseIfShared(dir);
}

/**
 * Makes the lock file where it is missing. An existing one is never opened here: closing any file
 * descriptor of it would free the lock that another part of this process may hold.
 */
function makeLockFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

/** The kernel frees the lock of SQLite when the process ends, a kill -9 included. */
function lock(path: string): Database.Database | null {
  makeLockFile(path);
  const database = new Database(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (hasCode(error, 'SQLITE_BUSY')) return null;
    throw error;
  }
}

function tryOpen(dir: string): DataFolder | null {
  makePrivateFolder(dir);
  const held = onFile(dir, () => lock(join(dir, 'lock')));
  if (held === null) return null;
  return { dir, release: () => { held.close(); } };
}

/**
 * Makes and locks a data folder. Throws `unavailable` when another process uses it (data.reason
 * 'in_use'), when others on this machine can read it ('permissions'), a file is in its place
 * ('not_a_folder') or it can not be used at all ('unusable').
 */
export function openDataFolder(dir: string): DataFolder {
  const folder = tryOpen(dir);
  if (folder !== null) return folder;
  throw new OrderlyError(
    'unavailable', `The data folder ${dir} is in use by another process.`, { reason: 'in_use' },
  );
}

/** The first of `${home}/${prefix}-1`, -2, ... that no living process uses. */
export function claimDataFolder(home: string, prefix: string): DataFolder {
  makePrivateFolder(home);
  for (let n = 1; n <= claimsMax; n++) {
    const folder = tryOpen(join(home, `${prefix}-${n}`));
    if (folder !== null) return folder;
  }
  throw new OrderlyError('unavailable', `All of ${claimsMax} data folders in ${home} are in use.`);
}
