import type { ClusterStats } from '../../shared/contract/cluster-stats.ts';
import type { ClusterView } from '../../shared/contract/event-stream.ts';
import type { ClusterStatus } from '../../shared/contract/frontend.ts';
import { conditionOf, sayingOf } from './condition.ts';
import type { Condition } from './condition.ts';
import type { LineKind } from './event-log.ts';
import { listed } from './words.ts';

/** What is different from the look before, in words. */

export interface Change {
  kind: LineKind;
  text: string;
}

const troubles: readonly Condition[] = ['failed', 'down', 'quarantine'];

const changeWords: Readonly<Partial<Record<Condition, string>>> = {
  failed: 'does not answer',
  down: 'is switched down',
  backup: 'is in sync',
  'catching-up': 'is catching up',
  draining: 'is draining',
  activating: 'is taking over',
  quarantine: 'was put aside: its file can not be trusted',
};

export class ClusterChanges {
  /** Names for people by storeId. */
  readonly #names = new Map<string, string>();
  readonly #conditions = new Map<string, Condition>();
  #view: ClusterView | null = null;
  #nameServer: boolean | null = null;
  /** `at` of the newest outage that was told. */
  #outageAt: string | null = null;

  nameOf(storeId: string): string {
    return this.#names.get(storeId) ?? `store ${storeId.slice(0, 6)}`;
  }

  onStatus(status: ClusterStatus): Change[] {
    for (const { store_id: storeId, id } of status.members) this.#names.set(storeId, id);
    const changes: Change[] = [];
    for (const member of status.members) {
      const condition = conditionOf(member);
      const before = this.#conditions.get(member.store_id);
      this.#conditions.set(member.store_id, condition);
      if (condition === before || condition === 'primary') continue;
      // The first look is no news.
      if (before === undefined && this.#nameServer === null) continue;
      const words = changeWords[condition] ?? `is ${sayingOf(condition).word}`;
      const kind = troubles.includes(condition) ? 'trouble' : 'cluster';
      changes.push({ kind, text: `${member.id} ${words}` });
    }
    const { reachable } = status.name_server;
    if (this.#nameServer !== null && this.#nameServer !== reachable) {
      changes.push(reachable
        ? { kind: 'cluster', text: 'The name server answers again' }
        : { kind: 'trouble', text: 'The name server does not answer; orders go on without it' });
    }
    this.#nameServer = reachable;
    return changes;
  }

  onView(view: ClusterView): Change[] {
    const before = this.#view;
    if (before !== null && view.view_number <= before.view_number) return [];
    this.#view = view;
    if (before === null) return [];
    const at = `epoch ${view.epoch}, view ${view.view_number}`;
    if (view.epoch !== before.epoch) {
      const name = this.nameOf(view.primary);
      const text = view.primary === before.primary
        ? `${name} leads anew (${at})` : `${name} leads now (${at})`;
      return [{ kind: 'cluster', text }];
    }
    const joined = view.in_sync.filter((one) => !before.in_sync.includes(one));
    const left = before.in_sync.filter((one) => !view.in_sync.includes(one));
    const changes: Change[] = [];
    const names = (ids: readonly string[]): string => listed(ids.map((id) => this.nameOf(id)));
    const verb = (ids: readonly string[]): string => (ids.length === 1 ? 's' : '');
    if (joined.length > 0) {
      changes.push({
        kind: 'cluster', text: `${names(joined)} join${verb(joined)} the in-sync set (${at})`,
      });
    }
    if (left.length > 0) {
      const text = `${names(left)} leave${verb(left)} the in-sync set (${at})`;
      changes.push({ kind: 'trouble', text });
    }
    return changes;
  }

  /** Outages that ended since the look before; of the first look none is news. */
  onStats({ outages }: ClusterStats): ClusterStats['outages'] {
    const before = this.#outageAt;
    this.#outageAt = outages.at(-1)?.at ?? before ?? '';
    return before === null ? [] : outages.filter(({ at }) => at > before);
  }
}

export const outageWords = (outage: ClusterStats['outages'][number]): string => {
  const time = durationWords(outage.took_ms);
  return outage.from_epoch === outage.to_epoch
    ? `Requests waited ${time} for the primary` : `Fail-over: requests waited ${time}`;
};

/** "83 ms", "1.4 s". */
export const durationWords = (ms: number): string =>
  (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);
