import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { address, id128, shortName } from '../../shared/contract/ids.ts';

/**
 * Back ends that were seen before. A back end that is switched down sends no beat, so the name
 * server forgets it in time, and at once when it restarts; somebody must still be able to find it
 * and switch it up again.
 */

const knownSchema = z.array(z.object({
  clusterId: id128, id: shortName, storeId: id128, address,
})).max(256);
export type KnownBackEnd = z.infer<typeof knownSchema>[number];

const fileIn = (home: string): string => join(home, 'server-status.json');

/** Those of this cluster; empty when there are none. */
export function readKnownBackEnds(home: string, clusterId: string): KnownBackEnd[] {
  try {
    const known = knownSchema.parse(JSON.parse(readFileSync(fileIn(home), 'utf8')));
    return known.filter((one) => one.clusterId === clusterId);
  } catch {
    // Missing or damaged: it is a memory only, the next list writes it anew.
    return [];
  }
}

/** Replaces what was known. Never throws: without the memory only forgotten ones are missed. */
export function writeKnownBackEnds(home: string, known: KnownBackEnd[]): void {
  const draft = `${fileIn(home)}.${randomUUID()}`;
  try {
    writeFileSync(draft, `${JSON.stringify(known.slice(0, 256))}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, fileIn(home));
  } catch {
    // A read-only home: see above.
  }
}
