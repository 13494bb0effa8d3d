import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { OrderlyError } from '../shared/contract/errors.ts';
import { makePrivateFolder, refuseIfShared } from '../shared/runtime/data-folder.ts';

const tokenBytes = 32;
const tokenLengthMin = 32;
const tokenForm = /^[A-Za-z0-9._~+/=-]+$/;

/** A token that stays until somebody replaces it; it compares itself and never shows itself. */
export class StaticToken {
  readonly #token: Buffer;

  /** Throws `unavailable` for a token that is too short or can not be sent in a header. */
  constructor(text: string, source: string) {
    if (text.length < tokenLengthMin || !tokenForm.test(text)) {
      throw new OrderlyError(
        'unavailable',
        `The token in ${source} needs ${tokenLengthMin} characters of base64url or more.`,
      );
    }
    this.#token = Buffer.from(text, 'latin1');
  }

  /** Takes the same time wherever the two differ. */
  equals(text: string): boolean {
    const given = Buffer.from(text, 'latin1');
    return given.length === this.#token.length && timingSafeEqual(given, this.#token);
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
 * The token given by `value`, else that of `${home}/${file}`, which is made (mode 0600) when it is
 * missing. All front ends of a home share it.
 */
export function loadStaticToken({
  home,
  file,
  value,
}: {
  home: string;
  file: string;
  value?: string | undefined;
}): StaticToken {
  if (value !== undefined) return new StaticToken(value.trim(), 'the environment');
  const path = join(home, file);
  if (!existsSync(path)) {
    makePrivateFolder(home);
    makeTokenFile(path);
  }
  refuseIfShared(path);
  return new StaticToken(readFileSync(path, 'utf8').trim(), path);
}
