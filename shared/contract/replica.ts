import { z } from 'zod';
import { address, count, id128, shortName } from './ids.ts';
import { defineMethod } from './method.ts';
import { viewNewsSchema, viewSchema } from './view.ts';

/** What back ends say to each other: one-way messages; the protocol core answers with another. */

/** An op in the log. `payload` is the JSON text of a command; the replication core never reads it. */
export const entrySchema = z.strictObject({
  lsn: count,
  epoch: count,
  kind: z.enum(['op', 'barrier']),
  opId: z.string().max(400),
  payload: z.string().max(300_000),
});
export type Entry = z.infer<typeof entrySchema>;

const baseSchema = z.strictObject({ lsn: count, epoch: count });
export type Base = z.infer<typeof baseSchema>;

export const peerMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('append'),
    epoch: count,
    viewNumber: count,
    /** Read-confirmation round; echoed by the receiver. */
    seq: count,
    prevLsn: count,
    prevEpoch: count,
    entries: z.array(entrySchema).max(1024),
    commitLsn: count,
    /** Attached until the receiver has said that it knows this viewNumber. */
    view: viewSchema.nullable(),
  }),
  z.strictObject({
    kind: z.literal('ack'),
    epoch: count,
    ok: z.boolean(),
    /** The newest view the sender knows. */
    viewNumber: count,
    /** Everything up to here equals the primary's log and is on this store's disk. */
    matchLsn: count,
    seq: count,
    /** When not ok: the receiver's own commitLsn, from where the primary resends. */
    hint: count,
    fsyncMs: z.number().min(0),
    stateHash: z.strictObject({ lsn: count, hash: z.string().max(64) }).nullable(),
  }),
  z.strictObject({
    kind: z.literal('reject'),
    epochSeen: count,
    view: viewSchema.nullable(),
  }),
  z.strictObject({
    kind: z.literal('snapshot'),
    epoch: count,
    viewNumber: count,
    seq: count,
    base: baseSchema,
    snapshotId: id128,
    bytes: count,
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    view: viewSchema.nullable(),
  }),
]);
export type PeerMessage = z.infer<typeof peerMessageSchema>;

/** How a back end sees itself; what `server-status` shows. */
export const replicaStatusSchema = z.strictObject({
  id: shortName,
  group: shortName,
  storeId: id128,
  boot: count,
  clusterId: id128.nullable(),
  address,
  version: z.string().max(40),
  pid: count,
  role: z.enum(['primary', 'backup', 'learner', 'quarantine']),
  /** One word for people: serving, activating, in sync, catching up, draining, down, failed, ... */
  state: z.string().max(40),
  down: z.boolean(),
  viewNumber: count,
  docHash: z.string().max(64),
  epoch: count,
  lastEpoch: count,
  lastLsn: count,
  commitLsn: count,
  appliedLsn: count,
  /** Up to which lsn this process vouched for its disk in the newest epoch. */
  ackedLsn: count,
  hears: z.strictObject({ primary: id128, epoch: count }).nullable(),
  /** Age of the oldest unfinished flush; 0 when none is under way. */
  fsyncAgeMs: count,
  orders: count,
  uptimeS: count,
  geocoders: z
    .array(z.strictObject({ name: z.string().max(40), state: z.string().max(20) }))
    .max(8),
});
export type ReplicaStatus = z.infer<typeof replicaStatusSchema>;

const clusterAndPeer = {
  clusterId: id128,
  from: z.strictObject({ storeId: id128, boot: count }),
  to: id128,
};

export const replicaMethods = {
  deliver: defineMethod({
    name: 'replica.deliver',
    doc: 'Peer messages, in order; may be lost, repeated or late. Sent as a notification.',
    params: z.strictObject({ ...clusterAndPeer, messages: z.array(peerMessageSchema).max(256) }),
    result: z.null(),
    errors: ['wrong_cluster', 'down'],
    callers: ['peer'],
    idempotent: true,
  }),
  news: defineMethod({
    name: 'replica.news',
    doc: 'The name server tells a store the view that now holds. Sent as a notification.',
    params: z.strictObject({ to: id128, news: viewNewsSchema }),
    result: z.null(),
    errors: ['wrong_cluster', 'down'],
    callers: ['peer'],
    idempotent: true,
  }),
  snapshotRead: defineMethod({
    name: 'replica.snapshotRead',
    doc: 'One piece of a snapshot file that the primary has offered.',
    params: z.strictObject({
      ...clusterAndPeer,
      snapshotId: id128,
      offset: count,
      length: z.int().min(1).max(1_048_576),
    }),
    result: z.strictObject({ data: z.base64(), total: count }),
    errors: ['not_found', 'wrong_cluster', 'down'],
    callers: ['peer'],
    idempotent: true,
  }),
  status: defineMethod({
    name: 'replica.status',
    doc: 'Role, state and positions of this back end. Answers also while it is switched down.',
    params: z.strictObject({}),
    result: replicaStatusSchema,
    errors: [],
    callers: ['peer', 'frontend', 'operator'],
    idempotent: true,
  }),
  setDraining: defineMethod({
    name: 'replica.setDraining',
    doc: 'Drain this back end (it leads only while nobody else can, and goes on as a backup) or not.',
    params: z.strictObject({ draining: z.boolean() }),
    result: replicaStatusSchema,
    errors: ['down'],
    callers: ['operator', 'frontend'],
    idempotent: true,
  }),
  promote: defineMethod({
    name: 'replica.promote',
    doc: 'The primary hands its role to this member of the in-sync set.',
    params: z.strictObject({ to: id128 }),
    result: z.null(),
    errors: ['not_primary', 'not_in_sync', 'unavailable', 'outcome_unknown', 'down'],
    callers: ['operator', 'frontend'],
    idempotent: true,
  }),
  setDown: defineMethod({
    name: 'replica.setDown',
    doc: 'Switch this back end down (it refuses every call but status and this one) or up again.',
    params: z.strictObject({ down: z.boolean() }),
    result: replicaStatusSchema,
    errors: [],
    callers: ['operator', 'frontend'],
    idempotent: true,
  }),
};
