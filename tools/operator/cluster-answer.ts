import { z } from 'zod';

/** GET /v1/cluster as these commands read it: of any version, and no more than they show. */

const text = z.string();
const maybe = z.number().nullish().transform((value) => value ?? null);

const node = z.object({ id: text, address: text, alive: z.boolean() });

const member = z.object({
  id: text,
  address: text,
  in_sync: z.boolean(),
  reachable: z.boolean(),
  role: text,
  state: text,
  down: z.boolean().nullish(),
  epoch: maybe,
  applied_lsn: maybe,
  lag: maybe,
  uptime_s: maybe,
  version: text.nullish(),
  last_seen_ms: maybe,
});
export type Member = z.infer<typeof member>;

export const clusterAnswer = z.object({
  group: text,
  view: z.object({
    view_number: z.number(), epoch: z.number(), in_sync: z.array(text), min_in_sync: z.number(),
  }).nullable(),
  front_end: z.object({ primary_address: text.nullable(), electing: z.boolean() }),
  members: z.array(member),
  name_server: z.object({ address: text.nullable(), reachable: z.boolean() }),
  front_ends: z.array(node),
  services: z.array(node).default([]),
  geocoders: z.array(z.object({ name: text, state: text })).default([]),
});
export type ClusterAnswer = z.infer<typeof clusterAnswer>;
