import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Lab } from './lab.ts';

/** Where programs run: what differs between hosts of their own and this machine's loopback. */
export interface Placement {
  readonly kind: Lab['placement'];
  /** Address of this process as programs see it. */
  readonly self: string;
  /** Address of a host. */
  address(host: number): string;
  /** Makes the host; nothing when it is there. */
  addHost(host: number): Promise<void>;
  /** What stands before a command so that it runs on the host. */
  wrap(host: number): string[];
  /** Lets 127.0.0.1:port on the host lead to a port of this process. */
  forward(host: number, port: number, toPort: number): Promise<void>;
  /** Runs a command on the host; rejects when it fails. */
  run(host: number, command: readonly string[]): Promise<void>;
  /** At once and without waiting: it also runs when the program is interrupted. */
  close(): void;
}

const loopback = '127.0.0.1';

function noHosts(): never {
  throw new OrderlyError('unavailable', 'Links can only be cut between hosts (--hosts).');
}

/** Everything on 127.0.0.1. */
export const localPlacement: Placement = {
  kind: 'local',
  self: loopback,
  address: () => loopback,
  addHost: () => Promise.resolve(),
  wrap: () => [],
  forward: noHosts,
  run: noHosts,
  close: () => {},
};
