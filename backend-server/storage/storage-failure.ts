import { OrderlyError } from '../../shared/contract/errors.ts';

/**
 * The store can not be trusted any more: whether the last writes are on disk is unknown, nothing
 * is tried again, the process must end. Told from other errors by `data.storage_failed`.
 */
export const storageFailure = (why: string): OrderlyError =>
  new OrderlyError('internal', 'The store of this back end has failed.', {
    storage_failed: true, why,
  });

export const isStorageFailure = (error: unknown): error is OrderlyError =>
  error instanceof OrderlyError && error.data['storage_failed'] === true;

/**
 * The store that is there can not be trusted, and was left as it is. `data.damaged` says why,
 * `data.store_id` whose it is when that can still be read.
 */
export const damagedStore = (why: string, storeId: string | null): OrderlyError =>
  new OrderlyError('internal', `The store can not be trusted: ${why}.`, {
    storage_failed: true, why, damaged: why, store_id: storeId,
  });
