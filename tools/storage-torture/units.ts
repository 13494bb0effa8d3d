import type { Entry } from '../../shared/contract/replica.ts';
import type { StorageOp } from '../../backend-server/replication/events.ts';
import { seededRandom } from '../../backend-server/storage/testing/random.ts';
import { barriers, sampleEntries } from '../../backend-server/storage/testing/sample-log.ts';

/** What a store holds after some units. */
export interface LogModel {
  entries: Entry[];
  baseLsn: number;
  epochSeen: number;
  /** How far the state machine was told to run. */
  appliedLsn: number;
}

export interface Unit {
  ops: StorageOp[];
  applyUpTo: number;
}

export const emptyModel = (): LogModel =>
  ({ entries: [], baseLsn: 0, epochSeen: 0, appliedLsn: 0 });

/**
 * The nth unit that a primary's or backup's core might hand to a store that holds `model`, and the
 * model after it: appends, now and then a cut, a new epoch, a compaction. The same for the same
 * number and model, so that the process that is killed and the one that looks agree.
 */
export function nextUnit(n: number, model: LogModel): { unit: Unit; after: LogModel } {
  const random = seededRandom(n);
  const chance = (share: number): boolean => random() < share;
  const ops: StorageOp[] = [];
  let { entries, baseLsn, epochSeen } = model;
  const lastLsn = (): number => baseLsn + entries.length;
  if (chance(0.1)) {
    epochSeen += 1;
    ops.push({ op: 'hard-state', epochSeen, view: null });
  }
  if (chance(0.2) && lastLsn() > model.appliedLsn) {
    const from = model.appliedLsn + 1 + Math.floor(random() * (lastLsn() - model.appliedLsn));
    ops.push({ op: 'cut', from });
    entries = entries.slice(0, from - baseLsn - 1);
  }
  const first = lastLsn() + 1;
  const last = first + Math.floor(random() * 4);
  const epoch = epochSeen;
  const added = (chance(0.8) ? sampleEntries(first, last) : barriers(first, last))
    .map((entry) => ({ ...entry, epoch }));
  ops.push({ op: 'append', entries: added });
  entries = [...entries, ...added];
  if (chance(0.1) && model.appliedLsn > baseLsn) {
    const base = entries[model.appliedLsn - baseLsn - 1];
    if (base !== undefined) {
      ops.push({ op: 'compact', base: { lsn: base.lsn, epoch: base.epoch } });
      entries = entries.slice(base.lsn - baseLsn);
      baseLsn = base.lsn;
    }
  }
  const applyUpTo = chance(0.7) ? Math.max(model.appliedLsn, lastLsn() - 2) : model.appliedLsn;
  return {
    unit: { ops, applyUpTo },
    after: { entries, baseLsn, epochSeen, appliedLsn: applyUpTo },
  };
}
