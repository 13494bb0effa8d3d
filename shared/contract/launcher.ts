import { z } from 'zod';
import { clusterMemberSchema } from './frontend.ts';
import { count, shortName } from './ids.ts';
import { defineMethod } from './method.ts';

/** What `orderly up` does to the programs it has started, and how operators see them. */

/** A program as the launcher keeps it. */
export const launchedSchema = z.strictObject({
  /** As in the names of the data folders: backend-2. */
  id: shortName,
  /**
   * stopped: an operator ended it, and it stays so. restarting: it ended by itself or was killed,
   * and is started again. ended: the same, where nothing is started again.
   */
  process: z.enum(['starting', 'running', 'stopping', 'stopped', 'restarting', 'ended']),
  pid: count.nullable(),
  /** Where it serves, in its own words; null while it does not. */
  address: z.string().max(300).nullable(),
  /** How often it was started. */
  starts: count,
});
export type Launched = z.infer<typeof launchedSchema>;

/** Any text: a name that no program has is answered as such. */
const named = z.strictObject({ id: z.string().max(200) });
const one = {
  result: launchedSchema,
  callers: ['frontend', 'operator'],
  idempotent: true,
} as const;

/** Each answers with the state that came within 4 s; what takes longer goes on by itself. */
export const launcherMethods = {
  list: defineMethod({
    name: 'launcher.list',
    doc: 'Every program that the launcher keeps.',
    params: z.strictObject({}),
    result: z.strictObject({ programs: z.array(launchedSchema).max(1_024) }),
    errors: [],
    callers: ['frontend', 'operator'],
    idempotent: true,
  }),
  add: defineMethod({
    ...one,
    name: 'launcher.add',
    doc: 'Start one more back end, with a store of its own.',
    params: z.strictObject({}),
    errors: ['unavailable', 'overloaded'],
    idempotent: false,
  }),
  start: defineMethod({
    ...one,
    name: 'launcher.start',
    doc: 'Start a program that was stopped or has ended; one that runs is left alone.',
    params: named,
    errors: ['not_found', 'unavailable'],
  }),
  stop: defineMethod({
    ...one,
    name: 'launcher.stop',
    doc: 'End a program in order; it stays stopped until it is started.',
    params: named,
    errors: ['not_found'],
  }),
  kill: defineMethod({
    ...one,
    name: 'launcher.kill',
    doc: 'End a program at once, as a crash would; the launcher starts it again.',
    params: named,
    errors: ['not_found'],
  }),
};

/** A program of the cluster as operators see it. */
export const nodeSchema = z.strictObject({
  id: z.string().max(64),
  kind: z.enum(['backend', 'frontend', 'nameserver', 'geocoder']),
  /** null: no launcher keeps it, or it does not serve. */
  address: z.string().max(300).nullable(),
  /** What the launcher says; null where it is not this cluster's launcher that started it. */
  process: launchedSchema.shape.process.nullable(),
  pid: count.nullable(),
  starts: count.nullable(),
  /** Of a back end, as in GET /v1/cluster; null of other programs, and of one not seen yet. */
  role: clusterMemberSchema.shape.role.nullable(),
  state: clusterMemberSchema.shape.state.nullable(),
});
export type Node = z.infer<typeof nodeSchema>;

/** Body of GET /v1/cluster/nodes; `launcher`: nodes can be added, started, stopped and killed. */
export const nodeListSchema = z.strictObject({
  launcher: z.boolean(),
  data: z.array(nodeSchema),
});
export type NodeList = z.infer<typeof nodeListSchema>;
