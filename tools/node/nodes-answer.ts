import { z } from 'zod';

/** node.list as these commands read it: of any version, and no more than they show. */

const text = z.string();

const node = z.object({
  id: text,
  kind: text,
  address: text.nullable(),
  process: text.nullable(),
  pid: z.number().nullable(),
  starts: z.number().nullable(),
  role: text.nullable(),
  state: text.nullable(),
});
export type Node = z.infer<typeof node>;

export const nodesAnswer = z.object({ launcher: z.boolean(), data: z.array(node) });
export type Nodes = z.infer<typeof nodesAnswer>;
