import { type PeerMessage, replicaMethods } from '../shared/contract/replica.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { RpcClient } from '../shared/rpc/client.ts';
import type { ClusterSecret } from '../shared/rpc/secret.ts';
import type { StoreId } from '../shared/contract/ids.ts';

/** Messages that travel together; a larger gathering is sent in several pieces. */
const deliveryCharsMax = 1_048_576;
const deliveryMessagesMax = 200;

export interface Self {
  clusterId: string;
  storeId: StoreId;
  boot: number;
}

/**
 * One connection to each other store, made when there is something to say. What can not be sent
 * is dropped: the protocol sends again what matters.
 */
export class PeerLinks {
  readonly #secret: ClusterSecret;
  readonly #logger: Logger;
  readonly #clients = new Map<StoreId, { address: string; client: RpcClient }>();
  #gathered = new Map<StoreId, PeerMessage[]>();
  #addresses = new Map<StoreId, string>();

  constructor(secret: ClusterSecret, logger: Logger) {
    this.#secret = secret;
    this.#logger = logger;
  }

  /** Where the stores are; a store that moved gets a new connection. */
  setAddresses(addresses: ReadonlyMap<StoreId, string>): void {
    this.#addresses = new Map(addresses);
    for (const [storeId, { address, client }] of this.#clients) {
      if (this.#addresses.get(storeId) === address) continue;
      client.close();
      this.#clients.delete(storeId);
    }
  }

  gather(to: StoreId, message: PeerMessage): void {
    const waiting = this.#gathered.get(to);
    if (waiting === undefined) this.#gathered.set(to, [message]);
    else waiting.push(message);
  }

  /** Sends what has gathered, in order. */
  deliver(self: Self): void {
    if (this.#gathered.size === 0) return;
    const gathered = this.#gathered;
    this.#gathered = new Map();
    for (const [to, messages] of gathered) {
      const client = this.client(to, self);
      if (client === null) continue;
      for (const piece of pieces(messages)) {
        client.notify(replicaMethods.deliver, {
          clusterId: self.clusterId,
          from: { storeId: self.storeId, boot: self.boot },
          to,
          messages: piece,
        });
      }
    }
  }

  /** The connection to a store; null while nobody knows where it is. */
  client(to: StoreId, self: Self): RpcClient | null {
    const known = this.#clients.get(to);
    if (known !== undefined) return known.client;
    const address = this.#addresses.get(to);
    if (address === undefined) return null;
    const client = new RpcClient({
      secret: this.#secret,
      identity: { class: 'peer', id: self.storeId },
      address,
      logger: this.#logger,
    });
    this.#clients.set(to, { address, client });
    return client;
  }

  close(): void {
    this.#gathered.clear();
    for (const { client } of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}

const sizeOf = (message: PeerMessage): number =>
  message.kind === 'append'
    ? message.entries.reduce((sum, entry) => sum + entry.payload.length + 200, 200)
    : 200;

function* pieces(messages: readonly PeerMessage[]): Generator<PeerMessage[]> {
  let piece: PeerMessage[] = [];
  let chars = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    const full = piece.length >= deliveryMessagesMax || chars + size > deliveryCharsMax;
    if (full && piece.length > 0) {
      yield piece;
      piece = [];
      chars = 0;
    }
    piece.push(message);
    chars += size;
  }
  if (piece.length > 0) yield piece;
}
