import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { PasswordHash } from '../orders/account-state.ts';

type Cost = Pick<PasswordHash, 'n' | 'r' | 'p'>;

/** 32 MiB and about 80 ms of one processor for each password. */
const usualCost: Cost = { n: 32_768, r: 8, p: 1 };
const saltBytes = 16;
const hashBytes = 32;
/** Of four threads that Node has for this and for files. */
const runningMax = 2;
/** Whoever comes later would not be answered before the front end gives up. */
const waitingMax = 32;
const retryAfterMs = 2_000;

/** Of no account: an unknown name costs what a known one does. */
const nobody = {
  salt: Buffer.alloc(saltBytes).toString('base64url'),
  hash: Buffer.alloc(hashBytes).toString('base64url'),
};

/** scrypt needs 128 * n * r bytes and refuses at the limit itself. */
const memoryFor = ({ n, r }: Pick<PasswordHash, 'n' | 'r'>): number => 256 * n * r;

function derive(password: string, { n, r, p, salt }: Omit<PasswordHash, 'hash'>): Promise<Buffer> {
  // One text, however it was typed: a letter with an accent can be one character or two.
  const text = password.normalize('NFC');
  const options = { N: n, r, p, maxmem: memoryFor({ n, r }) };
  return new Promise((resolve, reject) => {
    scrypt(text, Buffer.from(salt, 'base64url'), hashBytes, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** Hashes passwords beside the event loop, a few at a time. Throws `overloaded` beyond that. */
export class PasswordHasher {
  readonly #cost: Cost;
  #running = 0;
  #waiting: (() => void)[] = [];
  #computed = 0;

  /** `cost`: of hashes that are made here; one that is compared with says its own. */
  constructor(cost: Cost = usualCost) {
    this.#cost = cost;
  }

  /** Hashes computed so far. */
  get computed(): number {
    return this.#computed;
  }

  async hash(password: string): Promise<PasswordHash> {
    const made = { ...this.#cost, salt: randomBytes(saltBytes).toString('base64url') };
    const key = await this.#inTurn(() => derive(password, made));
    return { ...made, hash: key.toString('base64url') };
  }

  /** Does the same work when there is nothing to compare with. */
  async matches(password: string, known: PasswordHash | null): Promise<boolean> {
    const against = known ?? { ...this.#cost, ...nobody };
    const key = await this.#inTurn(() => derive(password, against));
    const equal = timingSafeEqual(key, Buffer.from(against.hash, 'base64url'));
    return equal && known !== null;
  }

  async #inTurn(work: () => Promise<Buffer>): Promise<Buffer> {
    await this.#turn();
    try {
      this.#computed += 1;
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /** A place that becomes free goes to whoever waits longest. */
  #turn(): Promise<void> {
    if (this.#running < runningMax) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#waiting.length >= waitingMax) {
      const detail = 'Too many people sign in at once.';
      throw new OrderlyError('overloaded', detail, { retry_after_ms: retryAfterMs });
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
