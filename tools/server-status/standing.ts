import type { ReplicaStatus } from '../../shared/contract/replica.ts';
import type { View } from '../../shared/contract/view.ts';
import { duration } from '../../client/view/moment.ts';
import type { BackEnd, Snapshot } from './snapshot.ts';

/** What the facts about a back end come to. */

/** Reachable, and not switched down. */
export const isUp = ({ status }: BackEnd): boolean => status !== null && !status.down;

export const isInSync = (view: View | null, { storeId }: BackEnd): boolean =>
  view?.inSync.includes(storeId) === true;

/** What it is in the group now; null where only its past is known. */
export function roleOf(backEnd: BackEnd): ReplicaStatus['role'] | null {
  return isUp(backEnd) ? backEnd.status?.role ?? null : null;
}

/** `UP serving`, `DOWN switched off`, `DOWN last seen 12 s ago`: the word, then the reason. */
export function stateOf({ status, listed, silentMs }: BackEnd): { up: boolean; why: string } {
  if (status !== null) {
    return status.down ? { up: false, why: 'switched off' } : { up: true, why: status.state };
  }
  if (listed === null && silentMs === 0) return { up: false, why: 'not registered' };
  const seen = `last seen ${duration(Math.max(silentMs, listed?.lastSeenMs ?? 0))} ago`;
  return { up: false, why: listed?.alive === true ? `no answer, ${seen}` : seen };
}

/** Its geocoders whose breaker is not closed, in words; `ok` when every one may be called. */
export function geocodersOf({ status }: BackEnd): string | null {
  if (status === null || status.geocoders.length === 0) return null;
  const broken = status.geocoders.filter(({ state }) => state !== 'closed');
  if (broken.length === 0) return 'ok';
  return broken.map(({ name, state }) => `${name} ${state}`).join(', ');
}

/** Committed ops that it has not executed yet; null when the primary or it does not answer. */
export function lagOf(snapshot: Snapshot, { status }: BackEnd): number | null {
  const primary = snapshot.backEnds.find(({ storeId }) => storeId === snapshot.view?.primary);
  if (primary === undefined || !isUp(primary) || status === null) return null;
  return Math.max(0, (primary.status?.commitLsn ?? 0) - status.appliedLsn);
}
