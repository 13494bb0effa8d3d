import { z } from 'zod';
import { address, count, id128, shortName } from './ids.ts';

/**
 * The view of one replica group: who leads, and who must have an op on disk before it is
 * committed. Only the name server makes one; `viewNumber` grows by one with every change,
 * `epoch` is the viewNumber at which the present primary was installed (PROTOCOL 3.1).
 */
export const viewSchema = z.strictObject({
  clusterId: id128,
  group: shortName,
  lineage: count,
  viewNumber: count,
  epoch: count,
  primary: id128,
  primaryBoot: count,
  inSync: z.array(id128).min(1).max(64),
  minInSync: z.int().min(1).max(64),
  featureLevel: count,
  addresses: z.record(id128, address),
  reason: z.string().max(200),
  /** SHA-256 over the canonical document without docHash and seal, hex. */
  docHash: z.string().max(64),
  /** HMAC-SHA-256 of docHash under the name server's seal key, hex. */
  seal: z.string().max(64),
});
export type View = z.infer<typeof viewSchema>;

/** A view with what the name server knows at this moment; `dead` is a hint, never a rule. */
export const viewNewsSchema = z.strictObject({
  view: viewSchema,
  dead: z.array(id128).max(64),
});
export type ViewNews = z.infer<typeof viewNewsSchema>;
