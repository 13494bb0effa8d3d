import { usageFailure } from '../failure.ts';

/** A flag that is a whole number, or null where it is not given. Throws a usage Failure. */
export function wholeNumber(
  flag: string, text: string | undefined, { min, max }: { min: number; max: number },
): number | null {
  if (text === undefined) return null;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (number >= min && number <= max) return number;
  throw usageFailure(`${flag} is not a whole number from ${min} to ${max}: ${text}`);
}
