import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { roles } from '../shared/contract/role.ts';
import type { ClusterSecret } from '../shared/rpc/secret.ts';

/**
 * The token of a session says by itself whose it is and how long it is good for, under a seal that
 * only the programs of this cluster can make: it is stored nowhere, and a copy of the database
 * gives none. Whether the session has been ended the primary knows.
 */

const prefix = 'os1';
const purpose = 'session-token v1';
/** Of our own tokens; whatever is longer is none. */
const lengthMax = 400;
const form = /^os1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;

const payloadSchema = z.strictObject({
  session: z.uuid(),
  account: z.uuid(),
  role: z.enum(roles),
  /** Milliseconds since 1970. */
  expires_ms: z.int().min(0),
});
export type SessionClaims = z.infer<typeof payloadSchema>;

export class SessionTokens {
  readonly #key: Buffer;

  constructor(secret: ClusterSecret) {
    this.#key = secret.key(purpose);
  }

  seal({ session, account, role, expires_ms }: SessionClaims): string {
    const payload = Buffer.from(JSON.stringify({ session, account, role, expires_ms })).toString(
      'base64url',
    );
    return `${prefix}.${payload}.${this.#mac(payload)}`;
  }

  /** What a token claims; null unless it was sealed here and is still good at `nowMs`. */
  open(token: string, nowMs: number): SessionClaims | null {
    const [, payload = '', mac = ''] = token.length > lengthMax ? [] : (form.exec(token) ?? []);
    const expected = Buffer.from(this.#mac(payload));
    // The texts are compared: the last character carries bits that decoding throws away.
    const given = Buffer.from(mac);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const claims = payloadSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    return nowMs < claims.expires_ms ? claims : null;
  }

  #mac(payload: string): string {
    return createHmac('sha256', this.#key).update(`${prefix}.${payload}`).digest('base64url');
  }
}
