import type { View } from '../shared/contract/view.ts';
import { RpcClient } from '../shared/rpc/client.ts';
import { NameClient } from '../shared/rpc/name-client.ts';
import type { ClusterSecret } from '../shared/rpc/secret.ts';
import { isSealed } from '../shared/rpc/view-seal.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { Elector } from './elector.ts';
import { Forwarder } from './forwarder.ts';
import { LastOffer } from './last-offer.ts';
import { Members } from './members.ts';
import { PrimaryLink } from './primary-link.ts';
import { PrimaryTracker } from './primary-tracker.ts';
import { ViewHolder } from './view-holder.ts';

export interface UpstreamOptions {
  secret: ClusterSecret;
  /** Name of this front end for people. */
  id: string;
  /** Random id of this process, 128 bits in hex. */
  instance: string;
  group: string;
  /** Addresses of the name server; empty: look for it. */
  nameservers: string[];
  mdns: boolean;
  /** Data folder: view, offer and the name server's address of the last run are kept there. */
  dir: string;
  clock: Clock;
  logger: Logger;
  /** The deadline of every request; 5 s when absent. */
  totalMs?: number;
}

/** The side of the front end that faces the cluster, wired. */
export interface Upstream {
  holder: ViewHolder;
  members: Members;
  elector: Elector;
  forwarder: Forwarder;
  lastOffer: LastOffer;
  names: NameClient;
  /** Drops all connections; requests that wait fail. */
  close(): Promise<void>;
}

export function createUpstream(options: UpstreamOptions): Upstream {
  const { secret, id, group, clock, logger, dir } = options;
  const identity = { class: 'frontend' as const, id };
  const connect = (address: string): RpcClient =>
    new RpcClient({ secret, identity, address, logger });
  const names = new NameClient({
    secret, identity, addresses: options.nameservers, mdns: options.mdns, logger, clock,
    cacheFile: `${dir}/nameserver.address`,
  });
  const tracker = new PrimaryTracker(group);
  const holder = new ViewHolder({
    tracker, dir, logger, isSealed: (view) => isSealed(secret, view),
  });
  holder.load();
  const members = new Members(connect, clock);
  const elector = new Elector({
    holder, members, names, clock, logger, group, frontend: options.instance,
  });
  const link = new PrimaryLink({
    holder, elector, connect: (address) => members.take(address), clock, logger,
  });
  const keepMembers = (view: View): void => members.keep(
    view.inSync.flatMap((storeId) => {
      const at = view.addresses[storeId];
      return at === undefined || storeId === view.primary ? [] : [at];
    }),
  );
  holder.onAdopted(keepMembers);
  if (holder.view !== null) keepMembers(holder.view);
  const { totalMs } = options;
  const lastOffer = new LastOffer({ dir, view: () => holder.view, logger });
  lastOffer.load();
  const forwarder = new Forwarder({
    tracker, holder, link, elector, members, clock, lastOffer, totalMs,
  });
  return {
    holder, members, elector, forwarder, lastOffer, names,
    async close() {
      link.close();
      members.close();
      await names.close();
      await holder.flushed();
    },
  };
}
