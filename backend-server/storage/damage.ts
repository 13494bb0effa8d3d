/** What is on disk is not what was written there. Ends the store: at start, or where it is read. */
export class DamageError extends Error {
  override readonly name = 'DamageError';
}

const damageCodes = /^(SQLITE_(IOERR|CORRUPT|NOTADB)|EIO$)/;

const sqliteCode = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

/** SQLite says that the file is not a sound database. */
export const isCorrupt = (error: unknown): boolean =>
  error instanceof DamageError || /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error) ?? '');

/**
 * After this error the page cache may show what the disk does not hold: the next start must not
 * trust the file. A full disk is no such error, its transaction is rolled back whole.
 */
export const makesFileDoubtful = (error: unknown): boolean =>
  error instanceof DamageError || damageCodes.test(sqliteCode(error) ?? '');

export const describeError = (error: unknown): string => {
  const code = sqliteCode(error);
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return code === null ? text : `${code}: ${text}`;
};
