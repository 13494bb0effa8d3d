import type { World } from './world.ts';

/** A process that can be called, and the connections that break when it dies. */
export interface Callee {
  readonly name: string;
  readonly alive: boolean;
  readonly connections: Set<() => void>;
}

/** As the transport names it: no process there, died meanwhile, no answer in time. */
export type RpcFailure = 'refused' | 'reset' | 'timeout';
export type RpcResult<T> = { ok: true; value: T } | { ok: false; why: RpcFailure };

export interface CallOptions<T> {
  from: string;
  to: Callee;
  deadlineMs: number;
  /** The request may be as late as this; 0 when absent. */
  lateMsMax?: number;
  /** A second copy of the request may follow. */
  repeats?: boolean;
  serve: (answer: (value: T) => void) => void;
  done: (result: RpcResult<T>) => void;
}

/**
 * One call with an answer: both ways can be slow or lost, a dead process refuses, one that dies
 * resets, and the caller hears exactly once. `serve` gets a function to answer with, now or later.
 */
export const call = <T>(world: World, options: CallOptions<T>): void => {
  const { network, scheduler } = world;
  const { from, to, lateMsMax = 0 } = options;
  let over = false;
  const finish = (result: RpcResult<T>): void => {
    if (over) return;
    over = true;
    options.done(result);
  };
  const reply = (result: RpcResult<T>): void =>
    network.request({ from: to.name, to: from, lateMsMax: 0 }, () => finish(result));
  const arrive = (): void => {
    if (!to.alive) return reply({ ok: false, why: 'refused' });
    const reset = (): void => reply({ ok: false, why: 'reset' });
    to.connections.add(reset);
    return options.serve((value) => {
      if (to.connections.delete(reset)) reply({ ok: true, value });
    });
  };
  scheduler.after(options.deadlineMs, () => finish({ ok: false, why: 'timeout' }));
  network.request({ from, to: to.name, lateMsMax }, arrive);
  if (options.repeats === true && network.repeats) {
    network.request({ from, to: to.name, lateMsMax }, arrive);
  }
};

/** What a process that dies does to those who are connected to it. */
export const breakConnections = (callee: Callee): void => {
  const broken = [...callee.connections];
  callee.connections.clear();
  for (const reset of broken) reset();
};
