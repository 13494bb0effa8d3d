import {
  closeSync, cpSync, existsSync, openSync, readSync, readdirSync, rmSync, statSync, truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../simulator/random.ts';

/** Damage to the files of a stopped store, as a failing disk or a wrong hand leaves it. */

const mainFile = (folder: string): string => join(folder, 'store.db');
const walFile = (folder: string): string => join(folder, 'store.db-wal');

/** Changes one bit between two shares (0..1) of the file; gives its byte, or null when empty. */
export function flipBit(
  file: string, random: Random, part: { from: number; to: number } = { from: 0, to: 1 },
): number | null {
  const bytes = existsSync(file) ? statSync(file).size : 0;
  if (bytes === 0) return null;
  const at = Math.min(bytes - 1, Math.floor(bytes * random.between(part.from, part.to)));
  const handle = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, at);
  byte.writeUInt8(byte.readUInt8() ^ (1 << random.int(0, 7)));
  writeSync(handle, byte, 0, 1, at);
  closeSync(handle);
  return at;
}

const flipWal = (folder: string, random: Random): string => {
  const at = flipBit(walFile(folder), random, { from: 0.2, to: 0.8 });
  return at === null ? 'the WAL is empty' : `bit flipped at byte ${at} of the WAL`;
};

const flipMain = (folder: string, random: Random): string =>
  `bit flipped at byte ${flipBit(mainFile(folder), random)} of the main file`;

const cutWal = (folder: string): string => {
  const file = walFile(folder);
  if (!existsSync(file)) return 'there is no WAL';
  const bytes = statSync(file).size;
  truncateSync(file, Math.floor(bytes / 2));
  return `WAL cut from ${bytes} bytes to the half`;
};

const deleteWal = (folder: string): string => {
  rmSync(walFile(folder), { force: true });
  return 'WAL deleted';
};

const deleteMain = (folder: string): string => {
  rmSync(mainFile(folder), { force: true });
  return 'main file deleted';
};

/** By the name it has in the table of cases; each gives a sentence about what it did. */
export const damages = {
  'bit flip in the WAL': flipWal,
  'bit flip in the main file': flipMain,
  'WAL cut to its half': cutWal,
  'WAL deleted': deleteWal,
  'main file deleted': deleteMain,
} as const satisfies Record<string, (folder: string, random: Random) => string>;

/** A copy of a stopped program's folder, to be put back later. */
export function keepCopy(folder: string, copy: string): void {
  rmSync(copy, { recursive: true, force: true });
  cpSync(folder, copy, { recursive: true, preserveTimestamps: true, mode: 0 });
}

/** The old copy takes the place of what is there now. */
export function restoreCopy(copy: string, folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  cpSync(copy, folder, { recursive: true, preserveTimestamps: true });
}
