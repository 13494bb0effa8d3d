import type { Condition } from '../model/condition.ts';
import type { TopologyNode } from '../model/topology.ts';

/** A shape for each state, in a box of 24 by 24 around the origin: states differ without colour. */

const star = 'M0-10.5 3.1-3.6 10.4-2.9 4.9 2 6.5 9.2 0 5.4-6.5 9.2-4.9 2-10.4-2.9-3.1-3.6Z';
const check = 'M-8 .5-2.6 6 8-6';
const cross = 'M-6.5-6.5 6.5 6.5M6.5-6.5-6.5 6.5';
const pause = 'M-4-7V7M4-7V7';
const arrowDown = 'M0-8V7M-6.5 1.5 0 8l6.5-6.5';
const arrowUp = 'M0 8V-7M-6.5-1.5 0-8l6.5 6.5';
const hourglass = 'M-6-8H6L-6 8H6Z';
const warning = 'M0-8V2M0 7V7.4';
const door = 'M-5 9V-9H5V9M-8 9H8M2 0V1';
const list = 'M-8-5H8M-8 0H8M-8 5H3';
const pin = 'M0 9C-4 3-6.5.5-6.5-3a6.5 6.5 0 0 1 13 0C6.5.5 4 3 0 9ZM0-5.2V-5';
const cog = 'M-7-7H7V7H-7Z';

const byCondition: Readonly<Partial<Record<Condition, string>>> = {
  primary: star, backup: check, activating: arrowUp, 'catching-up': arrowDown,
  draining: hourglass, down: pause, failed: cross, quarantine: warning, troubled: warning,
};

const byKind: Readonly<Record<TopologyNode['kind'], string>> = {
  frontend: door, nameserver: list, geocoder: pin, service: cog, backend: check,
};

export const glyphOf = ({ condition, kind }: Pick<TopologyNode, 'condition' | 'kind'>): string =>
  (condition === 'working' ? byKind[kind] : byCondition[condition] ?? byKind[kind]);

/** Drawn full; the others are lines. */
export const isFilled = (condition: Condition): boolean => condition === 'primary';
