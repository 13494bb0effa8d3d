import { z } from 'zod';
import { address, count, id128, shortName } from './ids.ts';
import { defineMethod } from './method.ts';
import { replicaStatusSchema } from './replica.ts';
import { serviceTermsSchema } from './service.ts';
import { viewNewsSchema } from './view.ts';

/** Where a program can be reached. The registry says where, never who is in charge. */
export const registrationSchema = z.strictObject({
  /** `replica`, `frontend`, or the name of a service, which has a dot. */
  kind: shortName,
  group: shortName,
  /** Name for people; several registrations may share it, `instance` may not be shared. */
  id: shortName,
  /** A replica's storeId; a random id of the process for everything else. */
  instance: id128,
  boot: count,
  address,
  version: z.string().max(40),
  /** Of a service, and of nothing else. */
  terms: serviceTermsSchema.optional(),
});
export type Registration = z.infer<typeof registrationSchema>;

/** The part of a replica's status that the view rules read; reported with each beat. */
export const beatStatusSchema = replicaStatusSchema
  .pick({
    role: true,
    viewNumber: true,
    docHash: true,
    epoch: true,
    lastEpoch: true,
    lastLsn: true,
    ackedLsn: true,
    hears: true,
    fsyncAgeMs: true,
  })
  .extend({
    serving: z.boolean(),
    /** The newest epoch in which it vouched for its disk (up to ackedLsn); 0: not yet. */
    ackedEpoch: count,
    /** The promised epoch and the end of the log, as this process found them on its disk. */
    foundEpoch: count,
    foundLsn: count,
  });
export type BeatStatus = z.infer<typeof beatStatusSchema>;

const beatParams = z.strictObject({
  /** null for a store that belongs to no cluster yet. */
  clusterId: id128.nullable(),
  registration: registrationSchema,
  /** null for anything but a replica. */
  status: beatStatusSchema.nullable(),
});

export const beatResultSchema = z.strictObject({
  clusterId: id128,
  leaseMs: count,
  /** The group's view, null while it has none. */
  news: viewNewsSchema.nullable(),
  /** The living registrations of the same kind and group. */
  living: z.array(registrationSchema).max(256),
});
export type BeatResult = z.infer<typeof beatResultSchema>;

const listed = registrationSchema.extend({
  alive: z.boolean(),
  lastSeenMs: count,
});

const viewAnswer = z.strictObject({
  ok: z.boolean(),
  /** Why not, in a few words; empty when ok. */
  why: z.string().max(200),
  news: viewNewsSchema,
});
export type ViewAnswer = z.infer<typeof viewAnswer>;

export const nameServerMethods = {
  register: defineMethod({
    name: 'names.register',
    doc: 'Enter or refresh a registration; it lives for leaseMs and must be renewed before that.',
    params: beatParams,
    result: beatResultSchema,
    errors: ['wrong_cluster', 'stale_registration', 'forbidden', 'invalid_params'],
    callers: ['peer', 'frontend', 'service'],
    idempotent: true,
  }),
  renew: defineMethod({
    name: 'names.renew',
    doc: 'The beat of a registered program: keeps the lease, reports the status, brings the view.',
    params: beatParams,
    result: beatResultSchema,
    errors: ['wrong_cluster', 'stale_registration', 'forbidden', 'not_found', 'invalid_params'],
    callers: ['peer', 'frontend', 'service'],
    idempotent: true,
  }),
  unregister: defineMethod({
    name: 'names.unregister',
    doc: 'Leave politely; a process that was killed is forgotten when its lease ends.',
    params: z.strictObject({ instance: id128, boot: count }),
    result: z.strictObject({ removed: z.boolean() }),
    errors: [],
    callers: ['peer', 'frontend', 'service'],
    idempotent: true,
  }),
  list: defineMethod({
    name: 'names.list',
    doc: 'Registrations, living and recently lost, by kind, group and prefix of the id.',
    params: z.strictObject({
      kind: shortName.optional(),
      group: shortName.optional(),
      prefix: shortName.optional(),
      /** Only living services; a service gets nothing else. */
      services: z.literal(true).optional(),
    }),
    result: z.strictObject({ clusterId: id128, registrations: z.array(listed) }),
    errors: ['forbidden'],
    callers: ['peer', 'frontend', 'operator', 'service'],
    idempotent: true,
  }),
  lookup: defineMethod({
    name: 'names.lookup',
    doc: 'The living registrations of one kind and group, freshest first.',
    params: z.strictObject({ kind: shortName, group: shortName }),
    result: z.strictObject({ registrations: z.array(listed) }),
    errors: ['not_found'],
    callers: ['peer', 'frontend', 'operator'],
    idempotent: true,
  }),
  getView: defineMethod({
    name: 'views.get',
    doc: "The view of a replica group as it is on the name server's disk.",
    params: z.strictObject({ group: shortName }),
    result: z.strictObject({ news: viewNewsSchema.nullable() }),
    errors: [],
    callers: ['peer', 'frontend', 'operator'],
    idempotent: true,
  }),
  propose: defineMethod({
    name: 'views.propose',
    doc: 'The primary changes the in-sync set by compare-and-set on viewNumber (PROTOCOL N2).',
    params: z.strictObject({
      group: shortName,
      expect: count,
      epoch: count,
      primary: id128,
      boot: count,
      inSync: z.array(id128).min(1).max(64),
      joiner: z.strictObject({ storeId: id128, boot: count }).nullable(),
    }),
    result: viewAnswer,
    errors: ['not_found', 'unavailable'],
    callers: ['peer'],
    idempotent: false,
  }),
  elect: defineMethod({
    name: 'views.elect',
    doc: 'A front end suspects the primary of viewNumber and names the most advanced living candidate (PROTOCOL N3).',
    params: z.strictObject({
      group: shortName,
      viewNumber: count,
      suspicion: z.enum(['refused', 'reset', 'timeout', 'down']),
      candidate: id128.nullable(),
      frontend: id128,
    }),
    result: viewAnswer,
    errors: ['not_found', 'unavailable'],
    callers: ['frontend', 'operator'],
    idempotent: true,
  }),
  resign: defineMethod({
    name: 'views.resign',
    doc: 'The primary hands its role to a member of the in-sync set, or asks for any other.',
    params: z.strictObject({
      group: shortName,
      expect: count,
      primary: id128,
      boot: count,
      to: id128.nullable(),
    }),
    result: viewAnswer,
    errors: ['not_found', 'unavailable'],
    callers: ['peer'],
    idempotent: false,
  }),
};
