import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { OrderlyError } from '../shared/contract/errors.ts';
import type { Actor } from '../shared/contract/order.ts';
import { makePrivateFolder, refuseIfShared } from '../shared/runtime/data-folder.ts';

const tokenBytes = 32;
const tokenLengthMin = 32;
const tokenForm = /^[A-Za-z0-9._~+/=-]+$/;
const bearer = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i;

/** Who shows the token. */
export const operator: Actor = { kind: 'operator', id: null };
/** Who shows nothing and may do what everybody may. */
export const anyone: Actor = { kind: 'customer', id: null };

/** The one token of the operator; it compares itself and never shows itself. */
export class OperatorToken {
  readonly #token: Buffer;

  /** Throws `unavailable` for a token that is too short or can not be sent in a header. */
  constructor(text: string, source: string) {
    if (text.length < tokenLengthMin || !tokenForm.test(text)) {
      throw new OrderlyError(
        'unavailable',
        `The operator token in ${source} needs ${tokenLengthMin} characters of base64url or more.`,
      );
    }
    this.#token = Buffer.from(text, 'latin1');
  }

  /** Who sends this Authorization header; null without one. Throws `unauthorized`. */
  actorOf(authorization: string | undefined): Actor | null {
    if (authorization === undefined) return null;
    const given = Buffer.from(bearer.exec(authorization)?.[1] ?? '', 'latin1');
    const equal = given.length === this.#token.length && timingSafeEqual(given, this.#token);
    if (!equal) throw new OrderlyError('unauthorized');
    return operator;
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Of several front ends that start at the same time one makes the file, whole or not at all. */
function makeTokenFile(path: string): void {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, `${randomBytes(tokenBytes).toString('base64url')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
}

/**
 * The token given by `value`, else that of `${home}/operator.token`, which is made (mode 0600)
 * when it is missing. All front ends of a home share it.
 */
export function loadOperatorToken(options: { home: string; value?: string }): OperatorToken {
  if (options.value !== undefined) {
    return new OperatorToken(options.value.trim(), 'the environment');
  }
  const path = join(options.home, 'operator.token');
  if (!existsSync(path)) {
    makePrivateFolder(options.home);
    makeTokenFile(path);
  }
  refuseIfShared(path);
  return new OperatorToken(readFileSync(path, 'utf8').trim(), path);
}
