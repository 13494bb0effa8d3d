import { z } from 'zod';
import { count, id128 } from './ids.ts';
import { defineMethod } from './method.ts';
import { viewSchema } from './view.ts';

/** What only operators ask of a back end: a copy of everything, and what it knows of the view. */

export const backupOfferSchema = z.strictObject({
  clusterId: id128,
  storeId: id128,
  viewNumber: count,
  /** Everything that was acknowledged before the call is at or before this lsn. */
  confirmedLsn: count,
  /** The state is that of this lsn; never below confirmedLsn. */
  base: z.strictObject({ lsn: count, epoch: count }),
  snapshotId: id128,
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type BackupOffer = z.infer<typeof backupOfferSchema>;

export const operatorMethods = {
  backupBegin: defineMethod({
    name: 'backup.begin',
    doc: 'The primary confirms a read and copies its state; the copy lives as long as the connection.',
    params: z.strictObject({}),
    result: backupOfferSchema,
    errors: ['not_primary', 'unavailable', 'overloaded', 'outcome_unknown', 'down'],
    callers: ['operator'],
    idempotent: true,
  }),
  backupRead: defineMethod({
    name: 'backup.read',
    doc: 'One piece of the copy that backup.begin has made.',
    params: z.strictObject({
      snapshotId: id128,
      offset: count,
      length: z.int().min(1).max(1_048_576),
    }),
    result: z.strictObject({ data: z.base64(), total: count }),
    errors: ['not_found', 'down'],
    callers: ['operator'],
    idempotent: true,
  }),
  view: defineMethod({
    name: 'replica.view',
    doc: 'The newest view that this store has promised to keep to. Answers also while it is down.',
    params: z.strictObject({}),
    result: z.strictObject({
      clusterId: id128.nullable(),
      storeId: id128,
      boot: count,
      lastEpoch: count,
      lastLsn: count,
      view: viewSchema.nullable(),
    }),
    errors: [],
    callers: ['operator'],
    idempotent: true,
  }),
};
