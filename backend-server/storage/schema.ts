import type { Database } from 'better-sqlite3';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { Meta } from './meta.ts';
import { orderColumns, shopIndexes, upgradeCatalogues, upgradeOrderRows } from './order-upgrade.ts';
import { counterSeal } from './row-seal.ts';
import { firstStateHash, nextStateHash } from './state-hash.ts';

/** One step of the schema: SQL, or what SQL alone can not do. */
type Migration = string | ((db: Database) => void);

/**
 * The tables of a store, readable by any SQLite tool. `seal` is a checksum of what its row says
 * (of an order: with its lines). An entry is applied to a file whose user_version is its index; a
 * published entry never changes, a new one is added behind it.
 */
const migrations: readonly Migration[] = [`
  -- Who this store is, and how far it has come. One row.
  CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    cluster_id TEXT,
    store_id TEXT NOT NULL,
    boot INTEGER NOT NULL,
    epoch_seen INTEGER NOT NULL,
    view TEXT,
    base_lsn INTEGER NOT NULL,
    base_epoch INTEGER NOT NULL,
    base_chain TEXT NOT NULL,
    applied_lsn INTEGER NOT NULL,
    applied_epoch INTEGER NOT NULL,
    applied_chain TEXT NOT NULL,
    rolling_hash TEXT NOT NULL,
    kept_hash_lsn INTEGER NOT NULL,
    kept_hash TEXT NOT NULL,
    order_count INTEGER NOT NULL,
    seal INTEGER NOT NULL
  ) STRICT;

  -- The replicated log after the base; the state below holds everything up to applied_lsn.
  CREATE TABLE log (
    lsn INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL,
    op_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    crc INTEGER NOT NULL,
    chain TEXT NOT NULL
  ) STRICT;

  -- Entries that were cut from the log because another primary's entries took their place.
  CREATE TABLE orphans (
    id INTEGER PRIMARY KEY,
    cut_in_epoch INTEGER NOT NULL,
    lsn INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL,
    op_id TEXT NOT NULL,
    payload TEXT NOT NULL
  ) STRICT;

  -- What each operation gave; the same op_id again gives it again.
  CREATE TABLE results (
    lsn INTEGER PRIMARY KEY,
    op_id TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    result TEXT NOT NULL,
    seal INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE catalogue (
    shop_id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    menu TEXT NOT NULL,
    seal INTEGER NOT NULL
  ) STRICT;

  CREATE VIEW menu_items AS
    SELECT catalogue.shop_id,
           json_extract(category.value, '$.name') AS category,
           json_extract(item.value, '$.sku') AS sku,
           json_extract(item.value, '$.name') AS name,
           json_extract(item.value, '$.price.amount') AS price,
           json_extract(item.value, '$.available') AS available
      FROM catalogue,
           json_each(catalogue.menu, '$.categories') AS category,
           json_each(category.value, '$.items') AS item;

  -- Orders of a shop on a local day, for the numbers that people say.
  CREATE TABLE counters (
    shop_id TEXT NOT NULL,
    day TEXT NOT NULL,
    orders INTEGER NOT NULL,
    PRIMARY KEY (shop_id, day)
  ) STRICT, WITHOUT ROWID;

  -- Amounts in pence. placed_lsn is the op that placed the order: newest first is its order.
  CREATE TABLE orders (
    placed_lsn INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    number TEXT NOT NULL,
    shop_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    channel TEXT NOT NULL,
    external_ref TEXT,
    fulfilment TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    customer_phone TEXT NOT NULL,
    customer_email TEXT,
    menu_version INTEGER NOT NULL,
    notes TEXT,
    line1 TEXT NOT NULL,
    line2 TEXT,
    city TEXT,
    postcode TEXT NOT NULL,
    country TEXT NOT NULL,
    postcode_input TEXT NOT NULL,
    lat REAL,
    lng REAL,
    geocode_status TEXT NOT NULL,
    geocode_source TEXT NOT NULL,
    geocode_provider TEXT,
    geocode_looked_up_at TEXT NOT NULL,
    geocode_corrected INTEGER NOT NULL,
    geocode_disputed INTEGER NOT NULL,
    geocode_attempts TEXT NOT NULL,
    distance_m INTEGER,
    instructions TEXT,
    contactless INTEGER NOT NULL,
    items_total INTEGER NOT NULL,
    options_total INTEGER NOT NULL,
    total INTEGER NOT NULL,
    placed_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    closed_at TEXT,
    cancel_by_kind TEXT,
    cancel_by_id TEXT,
    cancel_reason TEXT,
    cancel_note TEXT,
    seal INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX orders_by_status ON orders (status);
  CREATE INDEX orders_by_phone ON orders (customer_phone);
  CREATE INDEX orders_by_postcode ON orders (postcode);
  CREATE INDEX orders_by_number ON orders (number);
  CREATE INDEX orders_unverified ON orders (placed_lsn)
    WHERE geocode_status = 'unverified' AND closed_at IS NULL;

  CREATE TABLE order_lines (
    placed_lsn INTEGER NOT NULL REFERENCES orders,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    unit_price INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    note TEXT,
    line_total INTEGER NOT NULL,
    PRIMARY KEY (placed_lsn, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE order_line_options (
    placed_lsn INTEGER NOT NULL,
    line INTEGER NOT NULL,
    position INTEGER NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    price INTEGER NOT NULL,
    PRIMARY KEY (placed_lsn, line, position),
    FOREIGN KEY (placed_lsn, line) REFERENCES order_lines
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE order_events (
    placed_lsn INTEGER NOT NULL REFERENCES orders,
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    from_status TEXT,
    to_status TEXT,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    reason TEXT,
    note TEXT,
    log_index INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (placed_lsn, seq)
  ) STRICT, WITHOUT ROWID;
`, (db) => {
  sealCounters(db);
  recountResults(db);
}, `
  -- Who may sign in. A deleted account keeps its row, without name and password, so that its
  -- orders are known to be erased; state is active, erasing (until they all are) or erased.
  CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    username TEXT UNIQUE,
    role TEXT NOT NULL,
    password TEXT,
    created_at TEXT NOT NULL,
    state TEXT NOT NULL,
    seal INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX accounts_erasing ON accounts (id) WHERE state = 'erasing';

  -- One per sign-in; the token itself is stored nowhere.
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at TEXT,
    seal INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_live ON sessions (account_id, id) WHERE ended_at IS NULL;
  CREATE INDEX sessions_by_expiry ON sessions (expires_at);

  -- Set when personal data was taken out of a result: seal stays what the state hash was made of,
  -- erased_seal covers what is left.
  ALTER TABLE results ADD COLUMN erased_seal INTEGER;
  -- The order that a result repeats without an event of its own, as asking twice for the same does.
  ALTER TABLE results ADD COLUMN echo_of TEXT;
  CREATE INDEX results_echoes ON results (echo_of) WHERE echo_of IS NOT NULL;
`, `
  -- What happened after a position of the log, for those who follow it. One op makes one event at
  -- most: the position names it.
  CREATE INDEX order_events_by_position ON order_events (log_index);
`, orderColumns, (db) => {
  upgradeOrderRows(db);
  recountResults(db);
}, (db) => {
  db.exec(shopIndexes);
  upgradeCatalogues(db);
}];

/** Without a seal a changed counter would give an order the number of another one. */
function sealCounters(db: Database): void {
  db.exec('ALTER TABLE counters ADD COLUMN seal INTEGER NOT NULL DEFAULT 0');
  const rows = db.prepare<[], [string, string, number]>('SELECT shop_id, day, orders FROM counters')
    .raw().all();
  const seal = db.prepare('UPDATE counters SET seal = ? WHERE shop_id = ? AND day = ?');
  for (const [shopId, day, orders] of rows) {
    seal.run(counterSeal({ shopId, day, orders }), shopId, day);
  }
}

/** The state hash of schema 1 counted the result of an op once for each time that it was sent. */
function recountResults(db: Database): void {
  const isNew = db.prepare('SELECT 1 FROM meta').get() === undefined;
  if (isNew) return;
  const meta = new Meta(db);
  let kept = firstStateHash;
  let rolling = firstStateHash;
  const rows = db.prepare<[], [number, number]>('SELECT lsn, seal FROM results ORDER BY lsn')
    .raw().iterate();
  for (const [lsn, seal] of rows) {
    rolling = nextStateHash(rolling, seal);
    if (lsn <= meta.row.kept_hash_lsn) kept = rolling;
  }
  meta.set({ rolling_hash: rolling, kept_hash: kept });
  meta.save();
}

/** The schema that this program reads and writes. */
export const schemaVersion = migrations.length;

export const schemaVersionOf = (db: Database): number =>
  Number(db.pragma('user_version', { simple: true }));

/** A file of a newer program is left untouched: what it means is not known here. */
export function refuseNewerSchema(db: Database): void {
  const found = schemaVersionOf(db);
  if (found <= schemaVersion) return;
  throw new OrderlyError(
    'invalid_params',
    `The store was written by a newer version of Orderly (schema ${found}; this one knows `
      + `${schemaVersion}). Nothing was changed.\n`
      + 'fix:   start that version, or give this one another data folder with --data.',
    { schema_found: found, schema_known: schemaVersion },
  );
}

/** Brings a file up to this program's schema; all of it or nothing. */
export function migrate(db: Database): void {
  db.transaction(() => {
    for (const [index, step] of migrations.entries()) {
      if (index < schemaVersionOf(db)) continue;
      if (typeof step === 'string') db.exec(step);
      else step(db);
      db.pragma(`user_version = ${index + 1}`);
    }
  }).immediate();
}
