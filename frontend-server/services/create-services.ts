import { RpcClient } from '../../shared/rpc/client.ts';
import type { NameClient } from '../../shared/rpc/name-client.ts';
import type { ClusterSecret } from '../../shared/rpc/secret.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { ServiceCaller } from '../../shared/service/caller.ts';
import { ServiceDirectory } from '../../shared/service/directory.ts';
import type { CallLimits } from '../queue/call-events.ts';
import { CallQueue } from '../queue/call-queue.ts';
import type { CallTable } from '../queue/call-table.ts';
import { ServiceDesk } from './service-desk.ts';

export interface Services {
  desk: ServiceDesk;
  /** Begins to make the calls that are queued. */
  start(): void;
  /** Drops all connections; before the file of the queue is closed. */
  stop(): void;
}

/** The side of the front end that faces services, wired. */
export function createServices({ secret, id, names, group, clock, logger, ...queue }: {
  secret: ClusterSecret;
  /** Name of this front end for people. */
  id: string;
  names: Pick<NameClient, 'call'>;
  group: string;
  clock: Clock;
  logger: Logger;
  table: CallTable;
  expiryMs: number;
  limits?: Partial<CallLimits>;
  onBroken: (why: string) => void;
}): Services {
  const identity = { class: 'frontend' as const, id };
  const directory = new ServiceDirectory({ names, group, clock, logger });
  const caller = new ServiceCaller({
    directory, clock, connect: (address) => new RpcClient({ secret, identity, address, logger }),
  });
  const calls = new CallQueue({ ...queue, caller, directory, clock, logger });
  return {
    desk: new ServiceDesk({ caller, directory, queue: calls }),
    start: () => calls.start(),
    stop() {
      calls.stop();
      caller.close();
    },
  };
}
