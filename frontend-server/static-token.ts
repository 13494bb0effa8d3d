import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrderlyError } from '../shared/contract/errors.ts';
import { makePrivateFolder, refuseIfShared } from '../shared/runtime/data-folder.ts';
import { makeSecretFile } from '../shared/runtime/secret-file.ts';

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
    makeSecretFile(path, randomBytes(tokenBytes).toString('base64url'));
  }
  refuseIfShared(path);
  return new StaticToken(readFileSync(path, 'utf8').trim(), path);
}
