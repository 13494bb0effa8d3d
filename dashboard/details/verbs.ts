import type { ClusterMember } from '../../shared/contract/frontend.ts';
import { conditionOf } from '../model/condition.ts';
import type { TopologyNode } from '../model/topology.ts';

/** What can be done to a program in its present state. */

export interface Verb {
  /** Last part of the path of the operation. */
  verb: 'down' | 'up' | 'drain' | 'resume' | 'promote' | 'kill' | 'start' | 'stop';
  label: string;
  /** Said when it was done. */
  done: string;
}

/** `launcher`: whether there is one that starts and ends programs. */
export function verbsFor(
  { name, kind, condition }: TopologyNode, member: ClusterMember | undefined, launcher: boolean,
): Verb[] {
  const kill: Verb = { verb: 'kill', label: 'Kill', done: `Killed ${name}; it is started again.` };
  const start: Verb = { verb: 'start', label: 'Start', done: `Started ${name}.` };
  const stop: Verb = { verb: 'stop', label: 'Stop', done: `Stopped ${name}.` };
  if (member === undefined) {
    const isOurs = kind === 'nameserver' && launcher;
    if (!isOurs) return [];
    return condition === 'failed' ? [start] : [kill];
  }
  const state = conditionOf(member);
  if (state === 'failed') return launcher ? [start] : [];
  const ends = launcher ? [stop, kill] : [];
  if (state === 'down') {
    return [{ verb: 'up', label: 'Switch up', done: `Switched ${name} up again.` }, ...ends];
  }
  const draining: Verb = state === 'draining'
    ? { verb: 'resume', label: 'End draining', done: `${name} may lead again.` }
    : { verb: 'drain', label: 'Drain', done: `${name} drains: it leads only if nobody else can.` };
  const promote: Verb[] = state === 'backup'
    ? [{ verb: 'promote', label: 'Make primary', done: `${name} leads now.` }] : [];
  const down: Verb = {
    verb: 'down', label: 'Switch down', done: `Switched ${name} down: it refuses every call.`,
  };
  return [...promote, down, draining, ...ends];
}
