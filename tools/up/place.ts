import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { openDataFolder } from '../../shared/runtime/data-folder.ts';
import type { DataFolder } from '../../shared/runtime/data-folder.ts';

/** The folder of a cluster, locked for this process. */
export interface Place {
  dir: string;
  /** Removed when it is released. */
  temporary: boolean;
  release(): void;
}

const another = 'or name another folder with --data DIR';

/** What to do about a folder that can not be used, by the reason. */
function advised(error: unknown, dir: string): unknown {
  if (!(error instanceof OrderlyError)) return error;
  const { reason } = error.data;
  const tell = (what: string, cause: string, fix: string): OrderlyError => new OrderlyError(
    'unavailable', `${what}\ncause: ${cause}\nfix:   ${fix}, ${another}`, { reason });
  if (reason === 'in_use') {
    return tell(error.message, 'an Orderly that was started with the same folder still runs',
      'end that one (Ctrl-C where it runs)');
  }
  if (reason === 'permissions') {
    return tell(`The data folder ${dir} is open to others on this machine.`,
      'it holds keys and the names and addresses of customers', `run: chmod go= ${dir}`);
  }
  return tell(`The data folder ${dir} can not be used.`, error.message,
    reason === 'not_a_folder'
      ? 'move the file away' : 'give this user the right to write there');
}

/** Opens the folder, or makes a temporary one. Throws `unavailable` with cause and fix. */
export function openPlace(data: string | null): Place {
  const temporary = data === null;
  const dir = data === null ? mkdtempSync(join(tmpdir(), 'orderly-')) : resolve(data);
  let folder: DataFolder;
  try {
    folder = openDataFolder(dir);
  } catch (error) {
    throw advised(error, dir);
  }
  return {
    dir, temporary,
    release() {
      folder.release();
      if (temporary) rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
