/** A programmer error: a promise between parts of one program is broken. On in production. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Ends the caller when a condition that can only be false by our own mistake is false. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** The value, where its absence can only be our own mistake. */
export function must<T>(value: T | null | undefined, message: string): T {
  assert(value !== null && value !== undefined, message);
  return value;
}
