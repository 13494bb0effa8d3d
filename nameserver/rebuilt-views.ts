import { randomBytes } from 'node:crypto';
import {
  closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { View } from '../shared/contract/view.ts';
import { assert } from '../shared/runtime/assert.ts';
import type { ViewClaim } from './rebuild-plan.ts';
import { ViewStore, viewsFile } from './view-store.ts';

/** What a file of views that is still there says; empty when there is none. */
export function claimsOfViews(dir: string): { claims: ViewClaim[]; burned: Map<string, string[]> } {
  if (!existsSync(join(dir, viewsFile))) return { claims: [], burned: new Map() };
  const store = new ViewStore(dir);
  try {
    const groups = store.groups();
    return {
      claims: groups.map(({ view }) => ({
        source: join(dir, viewsFile), clusterId: store.clusterId, storeId: null, boot: 0,
        lastEpoch: 0, lastLsn: 0, address: null, view,
      })),
      burned: new Map(groups.map(({ group, burned }) => [group, burned])),
    };
  } finally {
    store.close();
  }
}

const syncPath = (path: string): void => {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/**
 * Writes a file of views into a folder, whole or not at all; one that is there is moved aside and
 * its new name given back. The views of a group are in the order of their numbers.
 */
export function writeViews(
  dir: string, clusterId: string, groups: readonly { views: View[]; burned: string[] }[],
): string | null {
  const draft = join(dir, `draft-${randomBytes(6).toString('hex')}`);
  mkdirSync(draft, { mode: 0o700 });
  const store = new ViewStore(draft, clusterId);
  for (const { views, burned } of groups) {
    for (const view of views) {
      assert(view.clusterId === clusterId, 'a view belongs to the cluster of its file');
      store.save(view.group, view, new Set(burned));
    }
  }
  store.close();
  syncPath(join(draft, viewsFile));
  const aside = moveAside(dir);
  renameSync(join(draft, viewsFile), join(dir, viewsFile));
  syncPath(dir);
  rmSync(draft, { recursive: true, force: true });
  return aside;
}

function moveAside(dir: string): string | null {
  const names = readdirSync(dir).filter((name) => /^views\.db(-wal|-shm)?$/.test(name));
  if (names.length === 0) return null;
  const taken = readdirSync(dir).map((name) => Number(/^replaced-(\d+)$/.exec(name)?.[1] ?? 0));
  const aside = join(dir, `replaced-${Math.max(0, ...taken) + 1}`);
  mkdirSync(aside, { mode: 0o700 });
  // The main file first: without it what is left of the set means nothing.
  for (const name of names.toSorted((a, b) => a.length - b.length)) {
    renameSync(join(dir, name), join(aside, name));
  }
  return aside;
}
