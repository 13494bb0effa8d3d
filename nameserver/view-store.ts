import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { OrderlyError } from '../shared/contract/errors.ts';
import { type View, viewSchema } from '../shared/contract/view.ts';
import { assert } from '../shared/runtime/assert.ts';
import type { GroupImage } from './view-rules.ts';

/**
 * What the name server must not forget: the cluster's id, each group's view and the burned stores.
 * Views are kept whole, one row each and append-only; the highest number is the one that holds.
 */
const formatVersion = 1;
export const viewsFile = 'views.db';
const schema = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE views (
    group_name TEXT NOT NULL, view_number INTEGER NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (group_name, view_number)
  ) STRICT;
  CREATE TABLE burned (group_name TEXT NOT NULL, store_id TEXT NOT NULL,
    PRIMARY KEY (group_name, store_id)) STRICT;
`;

export class ViewStore {
  readonly clusterId: string;
  /** True when this very start made the file: no history is known. */
  readonly fresh: boolean;
  readonly #db: Database.Database;

  /** A file that is made here gets `clusterId`, or an id that no other cluster has. */
  constructor(dir: string, clusterId = randomBytes(16).toString('hex')) {
    const file = join(dir, viewsFile);
    if (existsSync(file)) refuseNewerFormat(file);
    // SQLite gives its side files the mode of the main one.
    closeSync(openSync(file, 'a', 0o600));
    this.#db = new Database(file);
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    assert(this.#db.pragma('synchronous', { simple: true }) === 2, 'views are written with fsync');
    this.fresh = this.#migrate(clusterId);
    // After a failed fsync the page cache may show what the disk does not have: write it again.
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    const check = this.#db.pragma('quick_check', { simple: true });
    if (check !== 'ok') {
      throw new OrderlyError('internal', `The file of the views is damaged: ${String(check)}`);
    }
    const row = this.#db.prepare(`SELECT value FROM meta WHERE key = 'clusterId'`).get();
    this.clusterId = textOf(row, 'value');
  }

  #migrate(clusterId: string): boolean {
    const version = this.#db.pragma('user_version', { simple: true });
    if (version === formatVersion) return false;
    this.#db.transaction(() => {
      this.#db.exec(schema);
      this.#db.prepare(`INSERT INTO meta VALUES ('clusterId', ?)`).run(clusterId);
      this.#db.pragma(`user_version = ${formatVersion}`);
    })();
    return true;
  }

  groups(): GroupImage[] {
    const rows = this.#db
      .prepare(`
      SELECT group_name, document FROM views v
      WHERE view_number = (SELECT max(view_number) FROM views WHERE group_name = v.group_name)
      ORDER BY group_name`)
      .all();
    return rows.map((row) => {
      const group = textOf(row, 'group_name');
      const view = viewSchema.parse(JSON.parse(textOf(row, 'document')));
      const burned = this.#db
        .prepare(`SELECT store_id FROM burned WHERE group_name = ? ORDER BY store_id`)
        .all(group);
      return { group, view, burned: burned.map((one) => textOf(one, 'store_id')) };
    });
  }

  /** Durable when it returns (N1). */
  save(group: string, view: View | null, burned: ReadonlySet<string>): void {
    this.#db.transaction(() => {
      if (view !== null) {
        this.#db
          .prepare(`INSERT OR IGNORE INTO views VALUES (?, ?, ?)`)
          .run(group, view.viewNumber, JSON.stringify(view));
      }
      for (const storeId of burned) {
        this.#db.prepare(`INSERT OR IGNORE INTO burned VALUES (?, ?)`).run(group, storeId);
      }
    })();
  }

  close(): void {
    this.#db.close();
  }
}

/**
 * A file of a newer program is left untouched. Read through a connection that can not write: any
 * other would change the file when it is closed.
 */
function refuseNewerFormat(file: string): void {
  const db = new Database(file, { readonly: true });
  try {
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version <= formatVersion) return;
    throw new OrderlyError(
      'invalid_params',
      `The file of the views was written by a newer version of Orderly (format ${version}; this `
        + `one knows ${formatVersion}). Nothing was changed.\n`
        + 'fix:   start that version, or give this one another data folder with --data.',
    );
  } finally {
    db.close();
  }
}

const textOf = (row: unknown, column: string): string => {
  const value: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, column) : null;
  assert(typeof value === 'string', `column ${column} holds text`);
  return value;
};
