/** A group of writes that failed. `certain`: nothing of it is on disk and never will be. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
  readonly certain: boolean;
  readonly code: string;

  constructor(code: string, certain: boolean) {
    super(`The disk of the queue failed (${code}).`);
    this.code = code;
    this.certain = certain;
  }
}

/** A transaction that could not grow the file is undone; after anything else nobody can tell. */
const certainCodes: ReadonlySet<string> = new Set(['SQLITE_FULL']);

export function failureOf(error: unknown): StoreFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new StoreFailure(code, certainCodes.has(code));
}
