import {
  closeSync, existsSync, fsyncSync, mkdtempSync, openSync, rmSync, statSync,
} from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { OrderlyError } from '../../../shared/contract/errors.ts';
import { makePrivateFolder } from '../../../shared/runtime/data-folder.ts';
import { type Check, type Patient, codeOf, fail, ok } from './check.ts';

/** The data folder, the database in it, and who may read the keys. */

/** The folder itself, or the nearest above it that is there. */
const nearest = (dir: string): string =>
  (existsSync(dir) || dirname(dir) === dir ? dir : nearest(dirname(dir)));

/** Nothing is left behind: a folder that is missing stays missing. */
export function folderCheck({ home }: Patient): Check {
  const there = nearest(home);
  try {
    if (there === home) makePrivateFolder(home);
    rmSync(mkdtempSync(join(there, '.doctor-')), { recursive: true });
    if (there !== home) return ok('data folder', `${home} is not there yet and can be made`);
    return ok('data folder', `${home} can be written, by nobody else`);
  } catch (error) {
    const why = error instanceof OrderlyError ? error.message : `${home}: ${codeOf(error)}`;
    const fix = error instanceof OrderlyError && error.data['reason'] === 'permissions'
      ? `chmod go= ${home}` : 'name a folder that you may write, with ORDERLY_HOME or --data';
    return fail('data folder', why, fix);
  }
}

/** Where the store would be, or, where that can not be, the temporary folder. */
function trialFolder(home: string): string {
  try {
    return mkdtempSync(join(home, '.doctor-'));
  } catch {
    // That check has a line of its own: here the driver is tried.
    return mkdtempSync(join(tmpdir(), 'orderly-doctor-'));
  }
}

/** The driver opens a file, commits with a flush, and reads back what it wrote. */
export async function sqliteCheck({ home, io }: Patient): Promise<Check> {
  const dir = trialFolder(home);
  try {
    const { default: Database } = await import('better-sqlite3');
    const path = join(dir, 'trial.db');
    const startMs = io.clock.nowMs();
    const store = new Database(path);
    store.pragma('journal_mode = WAL');
    store.pragma('synchronous = FULL');
    store.exec('CREATE TABLE trial (n INTEGER); INSERT INTO trial VALUES (42)');
    store.close();
    const file = openSync(path, 'r+');
    fsyncSync(file);
    closeSync(file);
    const again = new Database(path, { readonly: true });
    const row = again.prepare('SELECT n, sqlite_version() AS version FROM trial').get() as
      { n: number; version: string } | undefined;
    again.close();
    const tookMs = Math.round(io.clock.nowMs() - startMs);
    if (row?.n === 42) return ok('sqlite', `SQLite ${row.version} writes and syncs (${tookMs} ms)`);
    return fail('sqlite', 'SQLite did not read what it wrote', 'try another disk for the data');
  } catch (error) {
    return fail('sqlite', `SQLite does not work here: ${codeOf(error)}`,
      'build the driver for this Node: npm rebuild better-sqlite3');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const secretFile = /^(cluster\.key|[a-z]+\.token|client\.json|launcher\.[a-z]+)$/;

/** Every file with a key or a token in it is for its owner alone. */
export async function keyChecks({ home }: Patient): Promise<Check[]> {
  let names: string[];
  try {
    names = (await readdir(home)).filter((name) => secretFile.test(name));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') return [fail('keys', `${home}: ${codeOf(error)}`, 'see above')];
    names = [];
  }
  if (names.length === 0) return [ok('keys', 'no keys yet; the first start makes them')];
  const open = process.platform === 'win32' ? [] : names.filter((name) =>
    (statSync(join(home, name)).mode & 0o077) !== 0);
  if (open.length === 0) return [ok('keys', `${names.join(', ')}: for you alone`)];
  return open.map((name) => fail('keys', `others on this machine can read ${join(home, name)}`,
    `chmod go= ${join(home, name)}`));
}
