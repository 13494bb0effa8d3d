import { OrderlyError } from '../shared/contract/errors.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { OnDamage } from './storage/open-store.ts';
import { openSqliteStorage } from './storage/sqlite-storage.ts';
import type { Storage } from './storage/storage.ts';

/** What an operator has said about a store that can not be trusted. */
export type DamageOrder = 'auto' | 'replace' | 'recheck';

export interface StoreOpening {
  dir: string;
  logger: Logger;
  order: DamageOrder;
  /** Why the store must not be used, whatever it looks like; null when nobody said so. */
  burned: string | null;
  /** Why a blank store may not take the place of this one; null when it may. */
  whyNotReplace: (storeId: string | null) => Promise<string | null>;
}

const firstTry: Record<DamageOrder, OnDamage> = {
  auto: 'refuse', replace: 'replace', recheck: 'recheck',
};

/**
 * Opens the store of a back end. One that can not be trusted is put aside, and a blank one takes
 * its place, only when other stores can fill it; the last copy is never given up unless an operator
 * says so. Throws with `data.storage_failed` (exit code 74) otherwise, the files as they were.
 */
export async function openBackendStore(opening: StoreOpening): Promise<Storage> {
  const { dir, logger, order, burned } = opening;
  const hint = burned === null ? {} : { quarantineHint: burned };
  try {
    return await openSqliteStorage({ dir, logger, ...hint, onDamage: firstTry[order] });
  } catch (error) {
    const damaged = error instanceof OrderlyError ? error.data['damaged'] : undefined;
    if (!(error instanceof OrderlyError) || typeof damaged !== 'string') throw error;
    const { store_id: storeId } = error.data;
    logger.error({ why: damaged, store: storeId }, 'the store can not be trusted');
    const whyNot = await opening.whyNotReplace(typeof storeId === 'string' ? storeId : null);
    if (whyNot !== null) throw refusal(dir, damaged, whyNot);
    return openSqliteStorage({ dir, logger, quarantineHint: damaged, onDamage: 'replace' });
  }
}

const refusal = (dir: string, damaged: string, whyNot: string): OrderlyError =>
  new OrderlyError('internal', [
    `The store in ${dir} can not be trusted: ${damaged}.`,
    `It was not replaced: ${whyNot}. Nothing was changed.`,
    'fix:   start the other back ends, then this one again: it is filled from them by itself;',
    '       or put a backup in the place of the folder;',
    '       or, after a write error that is mended, use the file if every row of it is sound:',
    '         orderly backend --on-damage recheck',
    '       or give up what only this store holds (its files are kept in quarantine-N):',
    '         orderly backend --on-damage replace',
  ].join('\n'), { storage_failed: true, why: damaged });
