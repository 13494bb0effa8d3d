import { OrderlyError } from '../../shared/contract/errors.ts';

/** Entity tags (RFC 9110, 8.8.3 and 13.1): a version 7 is shown as "v7". Pure. */

export const etagOf = (version: number): string => `"v${version}"`;

/** If-None-Match: any of the tags, compared weakly; `*` is true of whatever there is. */
export const matchesAny = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined
  && (ifNoneMatch.trim() === '*'
    || ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));

const example = 'as in If-Match: "v7"';

/**
 * The version that If-Match names; undefined where it names none: no header, or `*`. Throws
 * `invalid_request` for anything else, since a condition that is not understood can not be kept.
 */
export function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const version = Number(/^[ \t]*"v([1-9]\d{0,15})"[ \t]*$/.exec(ifMatch)?.[1]);
  if (Number.isSafeInteger(version)) return version;
  throw new OrderlyError('invalid_request', ifMatch.includes(',')
    ? `If-Match takes one version, ${example}.`
    : `If-Match takes the ETag of the answer that you have read, ${example}.`);
}
