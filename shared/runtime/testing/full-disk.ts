import SqliteDatabase from 'better-sqlite3';
import { vi } from 'vitest';

type Pragma = (this: SqliteDatabase.Database, source: string, options?: object) => unknown;

/**
 * No SQLite file that is opened from now on may grow beyond a number of pages: to SQLite that is a
 * full disk. The limit belongs to a connection and is set with its first pragma; `end` leaves it to
 * those that have it.
 */
export function fillDisk(pages: number): { end: () => void } {
  const limited = new WeakSet<SqliteDatabase.Database>();
  const pragma = Reflect.get(SqliteDatabase.prototype, 'pragma') as Pragma;
  const spy = vi.spyOn(SqliteDatabase.prototype, 'pragma').mockImplementation(
    function limit(this: SqliteDatabase.Database, source, options) {
      if (!limited.has(this)) pragma.call(this, `max_page_count = ${pages}`);
      limited.add(this);
      return pragma.call(this, source, options);
    });
  return { end: () => { spy.mockRestore(); } };
}
