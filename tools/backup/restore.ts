import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { syncDir, syncFile } from '../../backend-server/storage/store-files.ts';
import { exitCodes, Failure } from '../../client/failure.ts';
import { writeViews } from '../../nameserver/rebuilt-views.ts';
import { makePrivateFolder } from '../../shared/runtime/data-folder.ts';
import { loadClusterSecret } from '../../shared/rpc/secret.ts';
import { readManifest, readThrough } from './backup-file.ts';
import type { Manifest } from './backup-file.ts';
import { onDisk } from './disk.ts';
import { firstViewOf, giveIdentity } from './restored-store.ts';
import { checkStore } from './store-check.ts';

type OnBytes = (done: number, total: number) => void;

export interface RestoreWish {
  file: string;
  /** The folder of the new cluster, as `orderly up --data` and ORDERLY_HOME name it. */
  data: string;
  secretValue?: string;
  secretFile?: string;
  /** Told of the bytes that were read; what it throws ends the restore. */
  onBytes?: OnBytes;
}

export interface Restored {
  data: string;
  manifest: Manifest;
  clusterId: string;
  storeId: string;
  viewNumber: number;
  orders: number;
  lsn: number;
  /** Whether a new key is in the folder; false: the given one is used. */
  newKey: boolean;
}

export interface Verified {
  manifest: Manifest;
  /** Of the whole file. */
  sha256: string;
  bytes: number;
}

/** Reads all of a backup: digests, every page and index of the database, the number of orders. */
export async function verifyBackup(file: string, onBytes: OnBytes = () => {}): Promise<Verified> {
  const manifest = await readManifest(file);
  let done = 0;
  const sha256 = await readThrough(file, manifest, async ({ length }) => {
    onBytes(done += length, manifest.bytes);
  });
  compare(file, manifest);
  return { manifest, sha256, bytes: statSync(file).size };
}

function compare(file: string, manifest: Manifest): ReturnType<typeof checkStore> {
  const facts = checkStore(file);
  const { orders, lsn, schema } = manifest;
  if (facts.orders === orders && facts.lsn === lsn && facts.schema === schema) return facts;
  throw new Failure({
    code: 'backup_damaged',
    exitCode: exitCodes.failed,
    what: `${file} is not a sound backup.`,
    causes: [`it holds ${facts.orders} orders at lsn ${facts.lsn}, `
      + `its manifest says ${orders} at ${lsn}`],
    fixes: ['use another copy of this backup, or another backup'],
  });
}

const draftName = '.restoring';
const storeFolder = 'backend-1';

function requireEmpty(dir: string): void {
  if (!existsSync(dir)) return;
  // A file system of its own has this folder from the start.
  const found = readdirSync(dir).filter((name) => name !== 'lost+found');
  if (found.length === 0) return;
  const unfinished = found.includes(draftName);
  throw new Failure({
    code: 'not_empty',
    exitCode: exitCodes.conflict,
    what: `${dir} is not empty.`,
    causes: [unfinished
      ? 'a restore into it was interrupted'
      : `it holds ${found.slice(0, 4).join(', ')}${found.length > 4 ? ', ...' : ''}`],
    fixes: [unfinished
      ? 'remove the folder and restore again'
      : 'name a new folder: what is in use is never restored over'],
  });
}

/** The whole database, synced; nothing of the manifest. Throws a Failure when it is damaged. */
async function copyStore(
  { file, onBytes }: RestoreWish, manifest: Manifest, target: string,
): Promise<void> {
  const handle = await open(target, 'wx', 0o600);
  let done = 0;
  try {
    await readThrough(file, manifest, async (bytes) => {
      await handle.write(bytes);
      onBytes?.(done += bytes.length, manifest.bytes);
    });
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Everything is made in a folder inside the new one and then moved to its place, the store first:
 * a restore that was interrupted leaves nothing that would start.
 */
export async function restoreBackup(wish: RestoreWish): Promise<Restored> {
  const { file } = wish;
  const data = resolve(wish.data);
  const manifest = await readManifest(file);
  await onDisk(data, 'used', () => {
    requireEmpty(data);
    makePrivateFolder(data);
  });
  const draft = join(data, draftName);
  try {
    return await onDisk(data, 'written', async () => {
      await mkdir(draft, { mode: 0o700 });
      const made = await fill(draft, manifest, wish);
      moveInto(data, draft);
      await rmdir(draft);
      syncDir(data);
      return { ...made, data, manifest };
    });
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

async function fill(
  draft: string, manifest: Manifest, wish: RestoreWish,
): Promise<Omit<Restored, 'data' | 'manifest'>> {
  const store = join(draft, storeFolder);
  const views = join(draft, 'nameserver');
  for (const dir of [store, views]) makePrivateFolder(dir);
  const target = join(store, 'store.db');
  await copyStore(wish, manifest, target);
  const facts = compare(wish.file, manifest);
  const { secretValue, secretFile } = wish;
  const secret = loadClusterSecret({
    home: draft,
    create: true,
    ...(secretValue !== undefined && { value: secretValue }),
    ...(secretFile !== undefined && { file: secretFile }),
  });
  const view = firstViewOf(facts, manifest, secret);
  giveIdentity(target, view);
  const after = checkStore(target);
  // Left by the reader, which may not take them away; the store is whole without them.
  for (const side of ['-wal', '-shm']) rmSync(`${target}${side}`, { force: true });
  syncFile(target);
  syncDir(store);
  writeViews(views, view.clusterId, [{ views: [view], burned: [] }]);
  return {
    clusterId: view.clusterId,
    storeId: view.primary,
    viewNumber: view.viewNumber,
    orders: after.orders,
    lsn: after.lsn,
    newKey: existsSync(join(draft, 'cluster.key')),
  };
}

function moveInto(data: string, draft: string): void {
  syncDir(draft);
  for (const name of [storeFolder, 'cluster.key', 'nameserver']) {
    if (existsSync(join(draft, name))) renameSync(join(draft, name), join(data, name));
  }
}
