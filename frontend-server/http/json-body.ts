import { OrderlyError } from '../../shared/contract/errors.ts';
import { parseJson, poisonIn } from '../../shared/rpc/json-guard.ts';

/** application/json, with no charset or with UTF-8. */
const mediaType = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;

export const isJsonType = (contentType: string | undefined): boolean =>
  contentType !== undefined && mediaType.test(contentType);

/** A value from a stranger, and whether its text could hold what `checkText` refuses. */
export interface Received {
  value: unknown;
  suspicious: boolean;
}

/** Throws `parse_error` for what is not JSON in UTF-8, `invalid_request` for excessive nesting. */
export function readJson(bytes: Buffer): Received {
  if (bytes.length === 0) throw new OrderlyError('parse_error', 'The body is empty.');
  const parsed = parseJson(bytes);
  if (!parsed.ok) throw new OrderlyError(parsed.code);
  return parsed;
}

/** Throws `invalid_params` for keys that reach for a prototype and strings that are not text. */
export function checkText({ value, suspicious }: Received): void {
  const poison = suspicious ? poisonIn(value) : null;
  if (poison === null) return;
  throw new OrderlyError('invalid_params', `The body is refused: ${poison}.`);
}
