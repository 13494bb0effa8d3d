import type { OrderNotice } from '../../shared/contract/event-stream.ts';
import { frontendKey } from './topology.ts';
import type { Topology } from './topology.ts';

/**
 * The lines along which it went: through its front end to the primary, and, as it was committed,
 * from there to all that are in sync.
 */
export function linesOfOrder({ nodes, links }: Topology, notice: OrderNotice): string[] {
  const { front_end: frontEnd, actor } = notice;
  const doors = links.filter(({ kind }) => kind === 'orders');
  const [only] = doors;
  // Where nobody says which one it was, it is certain only where there is one.
  const door = doors.find(({ from }) => frontEnd !== undefined && from === frontendKey(frontEnd))
    ?? (doors.length === 1 && actor.kind !== 'system' ? only : undefined);
  const followers = links.filter(({ kind, to }) => kind === 'replication'
    && nodes.find(({ key }) => key === to)?.condition === 'backup');
  return [...(door === undefined ? [] : [door]), ...followers].map(({ key }) => key);
}
