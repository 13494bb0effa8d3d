import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../shared/runtime/logger.ts';
import type { CommandBody } from '../orders/commands.ts';
import {
  sampleAccountId,
  sampleErasure,
  samplePlaceOf,
  sampleRemoval,
  sampleSessionId,
  sampleSignIn,
  sampleSignOut,
  sampleSignUp,
} from '../orders/testing/sample-accounts.ts';
import { sampleCancel, sampleInstall } from '../orders/testing/sample-commands.ts';
import { DamageError } from './damage.ts';
import { checkAllRows } from './scrub.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import { append, sampleClusterId, sampleEntry } from './testing/sample-log.ts';
import { tempStoreDir } from './testing/store-dir.ts';

let place: { dir: string; remove: () => void };
let file: string;
beforeEach(async () => {
  place = tempStoreDir();
  const dir = join(place.dir, 'store');
  file = join(dir, 'store.db');
  const storage = await openSqliteStorage({ dir, logger: silentLogger });
  await storage.setClusterId(sampleClusterId);
  const cancel: CommandBody = {
    ...sampleCancel(4),
    actor: { kind: 'customer', id: sampleAccountId(2) },
  };
  const bodies: CommandBody[] = [
    sampleInstall(),
    sampleSignUp(1, { username: 'ada' }),
    sampleSignUp(2),
    samplePlaceOf(4, 2),
    cancel,
    cancel,
    sampleSignIn(1, 3),
    sampleSignOut(1, 3),
    sampleRemoval(2),
    sampleErasure(4),
  ];
  await storage.persist([append(...bodies.map((body, index) => sampleEntry(index + 1, body)))]);
  await storage.apply(bodies.length);
  await storage.persist([{ op: 'compact', base: { lsn: bodies.length, epoch: 1 } }]);
  await storage.close();
});
afterEach(() => place.remove());

const inStore = <T>(work: (db: SqliteDatabase.Database) => T): T => {
  const db = new SqliteDatabase(file);
  try {
    return work(db);
  } finally {
    db.close();
  }
};

describe('the check of every row', () => {
  it('finds nothing in a sound store', () => {
    expect(() => inStore(checkAllRows)).not.toThrow();
  });

  const changes: [string, string][] = [
    ['a name', "UPDATE accounts SET username = 'eve' WHERE username = 'ada'"],
    ['a password', "UPDATE accounts SET password = replace(password, 'hash-1', 'hash-2')"],
    ['a role', "UPDATE accounts SET role = 'staff'"],
    ['the state of an account', "UPDATE accounts SET state = 'erased' WHERE username IS NULL"],
    ['a missing account', 'DELETE FROM accounts WHERE username IS NOT NULL'],
    ['a session that is open again', 'UPDATE sessions SET ended_at = NULL'],
    ['a session of somebody else', `UPDATE sessions SET account_id = '${sampleAccountId(2)}'`],
    ['a session that lasts longer', "UPDATE sessions SET expires_at = '2999-01-01'"],
    ['a result from which data was taken out', 'UPDATE results SET erased_seal = 1 WHERE lsn = 4'],
    ['a result that is erased no more', 'UPDATE results SET erased_seal = NULL WHERE lsn = 4'],
    ['the order of a result', "UPDATE results SET echo_of = 'x' WHERE echo_of IS NOT NULL"],
  ];
  it.each(changes)('finds %s that is not as it was written', (_what, sql) => {
    inStore((db) => {
      db.pragma('foreign_keys = OFF');
      expect(db.prepare(sql).run().changes).toBeGreaterThan(0);
    });
    expect(() => inStore(checkAllRows)).toThrow(DamageError);
  });

  it('sees that the file holds the erased order no more, where it does not lie in the log', () => {
    inStore((db) => {
      db.exec('VACUUM');
      db.pragma('wal_checkpoint(TRUNCATE)');
    });
    const content = readFileSync(file, 'latin1');
    expect(content).toContain(sampleSessionId(3));
    for (const text of ['North Bailey', '+4419138400', 'no salt', 'till-1']) {
      expect(content.includes(text), text).toBe(false);
    }
  });
});
