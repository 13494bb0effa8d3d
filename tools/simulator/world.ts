import type { View } from '../../shared/contract/view.ts';
import type { Checkers } from './checkers.ts';
import type { SimNameServer } from './sim-name-server.ts';
import type { SimStore } from './sim-store.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** Everything of one run; made by run.ts from the seed. */
export interface World {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly network: Network;
  readonly checkers: Checkers;
  readonly stores: SimStore[];
  readonly nameServer: SimNameServer;
  /** Newest last; kept short. */
  readonly traceLines: string[];
  trace(line: string): void;
}

export type RpcFailure = 'refused' | 'timeout';

/**
 * One call with an answer: both ways can be slow or lost, a dead process refuses, and the caller
 * hears exactly once. `serve` gets a function to answer with, now or later.
 */
export const call = <T>(
  world: World,
  options: {
    from: string;
    to: string;
    deadlineMs: number;
    alive: () => boolean;
    serve: (answer: (value: T) => void) => void;
    done: (result: { ok: true; value: T } | { ok: false; why: RpcFailure }) => void;
  },
): void => {
  let over = false;
  const finish = (result: { ok: true; value: T } | { ok: false; why: RpcFailure }): void => {
    if (over) return;
    over = true;
    options.done(result);
  };
  world.scheduler.after(options.deadlineMs, () => finish({ ok: false, why: 'timeout' }));
  world.network.send(options.from, options.to, () => {
    if (!options.alive()) {
      world.network.send(options.to, options.from, () => finish({ ok: false, why: 'refused' }));
      return;
    }
    options.serve((value) => {
      world.network.send(options.to, options.from, () => finish({ ok: true, value }));
    });
  });
};

/** A cheap stand-in for the real seal: views of one run are told apart by their content. */
export const simSeal = (view: Omit<View, 'docHash' | 'seal'>): View => ({
  ...view,
  docHash: JSON.stringify([view.viewNumber, view.primary, view.primaryBoot, view.inSync]),
  seal: 'sim',
});
