import { OrderlyError } from '../shared/contract/errors.ts';
import type { Method } from '../shared/contract/method.ts';
import { RpcClient } from '../shared/rpc/client.ts';
import type { ClusterSecret } from '../shared/rpc/secret.ts';
import type { Logger } from '../shared/runtime/logger.ts';

/** The launcher answers within 4 s, however long its work takes. */
const answerMs = 6_000;

/** The `orderly up` that has started this front end, if one did. */
export class Launcher {
  readonly #client: RpcClient | null;

  constructor(parts: {
    /** host:port; null: something else has started it. */
    address: string | null;
    secret: ClusterSecret;
    /** Name of this front end. */
    id: string;
    logger: Logger;
  }) {
    const { address, secret, id, logger } = parts;
    const identity = { class: 'frontend' as const, id };
    this.#client = address === null ? null : new RpcClient({ secret, identity, address, logger });
  }

  get present(): boolean {
    return this.#client !== null;
  }

  /** Throws `no_launcher`, `unavailable` or `outcome_unknown`, and what the launcher answers. */
  call<P, R>(method: Method<P, R>, params: P): Promise<R> {
    if (this.#client === null) return Promise.reject(new OrderlyError('no_launcher'));
    return this.#client.call(method, params, { deadlineMs: answerMs });
  }

  close(): void {
    this.#client?.close();
  }
}
