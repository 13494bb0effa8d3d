import type { StoreId } from '../../shared/contract/ids.ts';
import type { View } from '../../shared/contract/view.ts';
import type { Proposal } from './events.ts';

/** What logs, metrics, dashboards and the simulator's checkers read. */
export type TraceEvent =
  | { name: 'view-adopted'; view: View }
  | { name: 'became-primary'; epoch: number }
  | { name: 'stepped-down'; epoch: number }
  | { name: 'serving'; epoch: number }
  | { name: 'committed'; epoch: number; lsn: number }
  | { name: 'cut'; from: number; orphans: number }
  | { name: 'member-lagging'; member: StoreId }
  | { name: 'proposed'; proposal: Proposal }
  | { name: 'snapshot-offered'; to: StoreId; lsn: number };
