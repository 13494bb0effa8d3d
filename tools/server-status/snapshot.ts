import type { Registration } from '../../shared/contract/nameserver.ts';
import type { ReplicaStatus } from '../../shared/contract/replica.ts';
import type { View } from '../../shared/contract/view.ts';

export type Listed = Registration & { alive: boolean; lastSeenMs: number };

/** A back end as the name server, the view and it itself tell of it. */
export interface BackEnd {
  id: string;
  storeId: string;
  address: string;
  /** null when the name server does not list it (any more). */
  listed: { alive: boolean; lastSeenMs: number } | null;
  /** What it answered; null when it did not. */
  status: ReplicaStatus | null;
  /** How long it has not answered while it was watched; 0 where that is not known. */
  silentMs: number;
}

/** Everything that server-status knows at one moment. */
export interface Snapshot {
  nameServer: string;
  /** It does not answer: the view and the registrations are those that it told last. */
  nameServerSilent: boolean;
  clusterId: string;
  group: string;
  view: View | null;
  backEnds: BackEnd[];
  frontEnds: Listed[];
  /** All that the name server listed. */
  registrations: Listed[];
  /** When it was taken, by the clock that measures durations. */
  takenMs: number;
}

/** By name, numbers in it by their size, so that backend-10 comes after backend-9. */
export const inOrder = (backEnds: BackEnd[]): BackEnd[] =>
  backEnds.toSorted((a, b) => {
    const order = a.id.localeCompare(b.id, 'en', { numeric: true });
    return order === 0 && a.storeId !== b.storeId ? (a.storeId < b.storeId ? -1 : 1) : order;
  });
