/** Digits after +44: 9 or 10 of them, the first never 0. */
const british = /^\+44[1-9][0-9]{8,9}$/;
const e164 = /^\+[1-9][0-9]{6,14}$/;

/**
 * E.164 of a number as people write it, or null when it can not be one. A number that starts with
 * 0 is a national UK number (0191 ... is +44 191 ...); 00 stands for +.
 */
export function normalisePhone(typed: string): string | null {
  // In +44 (0)191 the 0 is only dialled inside the country.
  const compact = typed.replace(/^(\s*(?:\+|00)[0-9 ]{1,5})\(0\)/, '$1').replace(/[ ()-]/g, '');
  const international = compact.replace(/^00/, '+').replace(/^0/, '+44');
  const pattern = international.startsWith('+44') ? british : e164;
  return pattern.test(international) ? international : null;
}
