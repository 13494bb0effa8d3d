import { OrderlyError } from '../shared/contract/errors.ts';
import { replicaMethods } from '../shared/contract/replica.ts';
import type { View, ViewNews } from '../shared/contract/view.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { RpcClient } from '../shared/rpc/client.ts';
import type { ClusterSecret } from '../shared/rpc/secret.ts';
import type { Probe } from './view-rules.ts';

/** A healthy local process answers in a few milliseconds; a paused one never does. */
const probeMs = 400;

/** The name server's own connections to back ends: to look at a suspect, and to spread views. */
export class Prober {
  readonly #options: { secret: ClusterSecret; id: string; logger: Logger };
  readonly #clients = new Map<string, RpcClient>();
  readonly #underWay = new Map<string, Promise<Probe>>();

  constructor(options: { secret: ClusterSecret; id: string; logger: Logger }) {
    this.#options = options;
  }

  /** One look at a time per view, however many front ends complain. */
  probe(view: View, address: string): Promise<Probe> {
    const key = `${view.viewNumber} ${address}`;
    const running = this.#underWay.get(key);
    if (running !== undefined) return running;
    const probe = this.#look(view, address, true).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, probe);
    return probe;
  }

  async #look(view: View, address: string, again: boolean): Promise<Probe> {
    try {
      const status = await this.#client(address).call(
        replicaMethods.status,
        {},
        { deadlineMs: probeMs },
      );
      const same = status.storeId === view.primary && status.boot === view.primaryBoot;
      if (!same) return 'refused';
      return status.down ? 'down' : 'alive';
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      const { reason } = error.data;
      // The connection that broke may be an old one: only a new one tells.
      if (reason === 'reset' && again) return this.#look(view, address, false);
      return reason === 'refused' || reason === 'reset' ? 'refused' : 'silent';
    }
  }

  /** Tells a store the view; one that does not hear it learns it by its next beat. */
  tell(address: string, to: string, news: ViewNews): void {
    this.#client(address).notify(replicaMethods.news, { to, news });
  }

  /** Forgets addresses that nobody is registered at any more. */
  keepOnly(addresses: ReadonlySet<string>): void {
    for (const [address, client] of this.#clients) {
      if (addresses.has(address)) continue;
      client.close();
      this.#clients.delete(address);
    }
  }

  close(): void {
    this.keepOnly(new Set());
  }

  #client(address: string): RpcClient {
    const known = this.#clients.get(address);
    if (known !== undefined) return known;
    const { secret, id, logger } = this.#options;
    const client = new RpcClient({ secret, identity: { class: 'peer', id }, address, logger });
    this.#clients.set(address, client);
    return client;
  }
}
