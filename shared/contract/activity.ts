import { z } from 'zod';
import { count } from './ids.ts';
import { defineMethod } from './method.ts';
import { replicaStatusSchema } from './replica.ts';

/** What a back end has done since it was started, for whoever watches it. */

/** An op of the log as an observer sees it: what it was, and nothing that anybody wrote in it. */
export const doneOpSchema = z.strictObject({
  lsn: count,
  epoch: count,
  /** Kind of the command, such as order.place; barrier where a primary took over. */
  what: z.string().max(40),
  order_id: z.string().max(64).nullable(),
  /** By the clock of the primary that made it; null for a barrier. */
  at: z.string().max(40).nullable(),
  /** processed: made here, as primary. synchronised: taken from the primary, as backup. */
  as: z.enum(['processed', 'synchronised']),
});
export type DoneOp = z.infer<typeof doneOpSchema>;

export const nodeActivitySchema = z.strictObject({
  /** Ops that were executed since the program started, by the part that it had in them. */
  processed: count,
  synchronised: count,
  geocoders: replicaStatusSchema.shape.geocoders,
  /** The newest ones that were executed, newest first. */
  operations: z.array(doneOpSchema).max(20),
});
export type NodeActivity = z.infer<typeof nodeActivitySchema>;

export const activityMethods = {
  read: defineMethod({
    name: 'replica.activity',
    doc: 'What this back end did since it was started. Answers also while it is switched down.',
    params: z.strictObject({}),
    result: nodeActivitySchema,
    errors: [],
    callers: ['frontend', 'operator'],
    idempotent: true,
  }),
};
