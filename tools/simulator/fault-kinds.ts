import type { Random } from './random.ts';

/** How often each fault strikes; healing is one of them. Those of 0 strike at their moment. */
export const faultWeights = {
  kill: 4,
  bounce: 2,
  pause: 2,
  split: 3,
  isolate: 6,
  link: 1,
  ring: 1,
  swizzle: 1,
  power: 1,
  limp: 2,
  heal: 5,
  'hidden-reboot': 1,
  'front-end': 2,
  clock: 1,
  'name-server': 1,
  'name-server-pause': 0.5,
  'name-server-disk': 0.7,
  'disk-full': 0.7,
  'sync-error': 1,
  'bad-read': 0.7,
  'torn-tail': 1,
  snapshot: 0.7,
  'queue-disk': 0.7,
  /** A split, a restart, a power cut just when the view has changed. */
  'view-change': 0,
  /** A store is being proposed into the set, or has just come in. */
  joining: 0,
  /** The members are started again right after an election. */
  'election-restart': 0,
};

export type FaultKind = keyof typeof faultWeights;

export const faultKinds = Object.keys(faultWeights) as FaultKind[];

/** Swarm testing: each run has its own selection of faults. */
export const drawFaultKinds = (random: Random): FaultKind[] =>
  faultKinds.filter(() => random.chance(0.7));
