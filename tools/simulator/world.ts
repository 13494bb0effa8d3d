import type { View } from '../../shared/contract/view.ts';
import type { Checkers } from './checkers.ts';
import type { SimFrontend } from './sim-frontend.ts';
import type { SimNameServer } from './sim-name-server.ts';
import type { SimStore } from './sim-store.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** Everything of one run; made by run.ts from the seed. */
export interface World {
  readonly scheduler: Scheduler;
  /** Only to fork from: every part draws from a stream of its own. */
  readonly random: Random;
  readonly network: Network;
  readonly checkers: Checkers;
  readonly stores: SimStore[];
  readonly frontends: SimFrontend[];
  readonly nameServer: SimNameServer;
  /** Newest last; kept short. */
  readonly traceLines: string[];
  trace(line: string): void;
}

export const simGroup = 'main';
export const simClusterId = '0'.repeat(32);

/** A cheap stand-in for the real seal: views of one run are told apart by their content. */
export const simSeal = (view: Omit<View, 'docHash' | 'seal'>): View => ({
  ...view,
  docHash: [view.viewNumber, view.primary, view.primaryBoot, ...view.inSync].join(' '),
  seal: 'sim',
});
