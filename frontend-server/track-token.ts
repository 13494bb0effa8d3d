import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ClusterSecret } from '../shared/rpc/secret.ts';

/**
 * The token under which an order is tracked: its id and a seal that only the programs of this
 * cluster can make. It is stored nowhere, and nobody finds another one by trying.
 */

const idBytes = 16;
/** 128 bits of HMAC-SHA-256. */
const macBytes = 16;
const purpose = 'track-token v1';
const form = /^[A-Za-z0-9_-]{43}$/;

export class TrackTokens {
  readonly #key: Buffer;

  constructor(secret: ClusterSecret) {
    this.#key = secret.key(purpose);
  }

  /** `orderId` is a uuid. */
  seal(orderId: string): string {
    const id = Buffer.from(orderId.replaceAll('-', ''), 'hex');
    return Buffer.concat([id, this.#mac(id)]).toString('base64url');
  }

  /** The id of the order; null for what was not sealed here. */
  open(token: string): string | null {
    if (!form.test(token)) return null;
    const hex = Buffer.from(token, 'base64url').subarray(0, idBytes).toString('hex');
    const id = [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]]
      .map(([from, to]) => hex.slice(from, to)).join('-');
    // The texts are compared: the last character carries bits that decoding throws away.
    return timingSafeEqual(Buffer.from(token), Buffer.from(this.seal(id))) ? id : null;
  }

  #mac(id: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(id).digest().subarray(0, macBytes);
  }
}
