import { OrderlyError } from '../shared/contract/errors.ts';
import type { ParamsOf, ResultOf } from '../shared/contract/method.ts';
import { type BackupOffer, operatorMethods } from '../shared/contract/operator.ts';
import { must } from '../shared/runtime/assert.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { type Caller, type Implementation, implement } from '../shared/rpc/server.ts';
import { currentTrace, traced } from '../shared/runtime/trace.ts';
import type { Replica } from './replica.ts';
import type { Storage } from './storage/storage.ts';

/** A reader that has not come back by then gives way to another backup. */
const abandonedMs = 30_000;

interface Parts {
  replica: Replica;
  storage: Storage;
  clock: Clock;
  logger: Logger;
}

/** What operators ask of this store: a backup, piece by piece, and the view that it knows. */
export class OperatorService {
  readonly #parts: Parts;
  /** The backup under way: by which connection, and when it was last heard of. */
  #active: { by: AbortSignal; heardMs: number } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get methods(): Implementation[] {
    return [
      implement(operatorMethods.backupBegin, (_params, caller) => this.#begin(caller)),
      implement(operatorMethods.backupRead, (params, caller) => this.#read(params, caller)),
      implement(operatorMethods.view, async () => this.#view()),
    ];
  }

  /**
   * The copy is made after the read was confirmed, and the state that it copies holds what that
   * read would have seen: whoever had an answer before the call finds it in the backup. What is in
   * the state is committed, so a primary that is deposed meanwhile has copied nothing that is not.
   */
  async #begin({ signal }: Caller): Promise<BackupOffer> {
    const { replica, storage, logger } = this.#parts;
    const trace = currentTrace();
    this.#claim(signal);
    const confirmedLsn = await replica.confirmRead();
    const { base, snapshotId, bytes, sha256 } = await storage.makeSnapshot('backup');
    if (this.#active?.by === signal) this.#active.heardMs = this.#parts.clock.nowMs();
    signal.addEventListener('abort', () => this.#release(signal), { once: true });
    if (signal.aborted) this.#release(signal);
    traced(trace, () => logger.info({ lsn: base.lsn, bytes }, 'an operator fetches a backup'));
    return {
      clusterId: must(replica.clusterId, 'a primary belongs to a cluster'),
      storeId: storage.image.core.storeId,
      viewNumber: replica.status().viewNumber,
      confirmedLsn,
      base,
      snapshotId,
      bytes,
      sha256,
    };
  }

  #claim(by: AbortSignal): void {
    const nowMs = this.#parts.clock.nowMs();
    const active = this.#active;
    const busy = active !== null && active.by !== by && !active.by.aborted;
    if (busy && nowMs - active.heardMs < abandonedMs) {
      throw new OrderlyError('overloaded', 'Another backup is being fetched from this back end.', {
        reason: 'backup_under_way',
        retry_after_ms: 1000,
      });
    }
    // While the copy is made nothing is heard of its reader, however long that takes.
    this.#active = { by, heardMs: Number.POSITIVE_INFINITY };
  }

  /** The connection is gone: nobody can ask for this copy any more. */
  #release(by: AbortSignal): void {
    if (this.#active?.by !== by) return;
    this.#active = null;
    this.#parts.storage.discardSnapshot('backup').catch((error: unknown) => {
      this.#parts.logger.warn({ err: error }, 'the copy of a backup could not be removed');
    });
  }

  async #read(
    { snapshotId, offset, length }: ParamsOf<typeof operatorMethods.backupRead>,
    { signal }: Caller,
  ): Promise<ResultOf<typeof operatorMethods.backupRead>> {
    if (this.#active?.by === signal) this.#active.heardMs = this.#parts.clock.nowMs();
    const { data, total } = await this.#parts.storage.readSnapshot(snapshotId, offset, length);
    return { data: data.toString('base64'), total };
  }

  #view(): ResultOf<typeof operatorMethods.view> {
    const { replica, storage } = this.#parts;
    const { storeId, boot } = storage.image.core;
    const { durableEpoch, durableLsn } = replica.status();
    return {
      clusterId: replica.clusterId,
      storeId,
      boot,
      lastEpoch: durableEpoch,
      lastLsn: durableLsn,
      view: replica.news?.view ?? null,
    };
  }
}
