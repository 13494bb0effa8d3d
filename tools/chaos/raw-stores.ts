import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { openSqliteStorage } from '../../backend-server/storage/sqlite-storage.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';

/**
 * The files of stopped stores, compared: the logs agree as far as all of them reach, and after
 * executing them that far so do the states. Copies are opened; the evidence is not touched.
 */

export interface RawStore {
  name: string;
  folder: string;
}

const metaSchema = z.object({
  base_lsn: z.int(), applied_lsn: z.int(), rolling_hash: z.string(), order_count: z.int(),
});
const positionSchema = z.object({ lsn: z.int(), chain: z.string() });

interface Found {
  name: string;
  file: string;
  dir: string;
  baseLsn: number;
  lastLsn: number;
}

const inFile = <T>(file: string, ask: (db: Database.Database) => T): T => {
  const db = new Database(file, { readonly: true });
  try {
    return ask(db);
  } finally {
    db.close();
  }
};

const metaOf = (file: string): z.infer<typeof metaSchema> => inFile(file, (db) =>
  metaSchema.parse(db.prepare('SELECT * FROM meta').get()));

const chainAt = (file: string, lsn: number): string | null => inFile(file, (db) =>
  positionSchema.nullish().parse(
    db.prepare('SELECT lsn, chain FROM log WHERE lsn = ?').get(lsn))?.chain ?? null);

/** Tables whose rows must be the same everywhere at the same lsn. */
const stateTables = ['orders', 'order_lines', 'order_events', 'results', 'counters', 'catalogue'];

const tableText = (file: string, table: string): string => inFile(file, (db) =>
  JSON.stringify(db.prepare(`SELECT * FROM ${table}`).raw().all()));

/** Executes the log of a copy up to an lsn, as a back end would. */
async function bringTo(dir: string, lsn: number): Promise<void> {
  const storage = await openSqliteStorage({ dir, logger: silentLogger });
  if (storage.image.core.appliedLsn < lsn) await storage.apply(lsn);
  await storage.close();
}

function copyOf({ name, folder }: RawStore, scratch: string): Found | null {
  const dir = join(scratch, name);
  if (!existsSync(join(folder, 'store.db'))) return null;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const file of ['store.db', 'store.db-wal']) {
    if (existsSync(join(folder, file))) cpSync(join(folder, file), join(dir, file));
  }
  const file = join(dir, 'store.db');
  const lastLsn = inFile(file, (db) => z.object({ lsn: z.int().nullable() }).parse(
    db.prepare('SELECT max(lsn) AS lsn FROM log').get())).lsn;
  const { base_lsn: baseLsn } = metaOf(file);
  return { name, file, dir, baseLsn, lastLsn: Math.max(lastLsn ?? 0, baseLsn) };
}

function differences(first: Found, other: Found, lsn: number): string[] {
  const names = `${first.name} and ${other.name}`;
  const found: string[] = [];
  if (lsn > Math.max(first.baseLsn, other.baseLsn)
    && chainAt(first.file, lsn) !== chainAt(other.file, lsn)) {
    found.push(`raw stores: the logs of ${names} differ at or before ${lsn}`);
  }
  const [one, two] = [metaOf(first.file), metaOf(other.file)];
  if (one.applied_lsn !== two.applied_lsn) {
    return [...found, `raw stores: ${first.name} has executed up to ${one.applied_lsn}, `
      + `${other.name} up to ${two.applied_lsn}, in spite of the same log`];
  }
  if (one.rolling_hash !== two.rolling_hash) {
    found.push(`raw stores: the state hashes of ${names} differ at ${one.applied_lsn}`);
  }
  const tables = stateTables.filter((table) =>
    tableText(first.file, table) !== tableText(other.file, table));
  if (tables.length > 0) found.push(`raw stores: ${names} differ in ${tables.join(', ')}`);
  return found;
}

export interface RawVerdict {
  /** Up to which lsn all were compared. */
  lsn: number;
  orders: number;
  found: string[];
}

/** Compares the stores of stopped back ends; `scratch` is a folder for copies, removed again. */
export async function compareStores(
  stores: readonly RawStore[], scratch: string,
): Promise<RawVerdict> {
  const copies = stores.flatMap((store) => copyOf(store, scratch) ?? []);
  try {
    const found = stores.filter(({ name }) => copies.every((one) => one.name !== name))
      .map(({ name }) => `raw stores: ${name} has no store file`);
    const lsn = Math.min(...copies.map(({ lastLsn }) => lastLsn));
    for (const { name, dir, file } of copies) {
      const { applied_lsn: applied } = metaOf(file);
      if (applied > lsn) {
        found.push(`raw stores: ${name} has executed ${applied}, another log ends at ${lsn}`);
      } else await bringTo(dir, lsn);
    }
    const [first, ...others] = copies;
    if (first === undefined) return { lsn: 0, orders: 0, found };
    for (const other of others) found.push(...differences(first, other, lsn));
    return { lsn, orders: metaOf(first.file).order_count, found };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
