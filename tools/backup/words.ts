import type { Io, Terminal } from '../../client/terminal.ts';
import { told } from '../../client/view/told.ts';
import { makeBackup } from './backup.ts';
import type { BackupWish } from './backup.ts';
import type { Manifest } from './backup-file.ts';
import { Progress } from './progress.ts';
import { restoreBackup, verifyBackup } from './restore.ts';
import type { RestoreWish } from './restore.ts';

/** Carries a command out and says what came of it, to a person or as one line of JSON. */

export interface Talk {
  io: Io;
  terminal: Terminal;
  json: boolean;
}

const pathWidth = 300;
const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

const facts = (manifest: Manifest): Record<string, unknown> => ({
  orders: manifest.orders,
  lsn: manifest.lsn,
  epoch: manifest.epoch,
  cluster_id: manifest.clusterId,
  group: manifest.group,
  begun_at: manifest.begunAt,
  format: manifest.format,
  schema: manifest.schema,
  program: manifest.program,
});

export async function tellBackup(
  { io, terminal, json }: Talk, wish: BackupWish,
): Promise<void> {
  const { file, manifest, sha256, bytes, seconds, tries } = await makeBackup(wish, io, terminal);
  if (json) {
    const rounded = Math.round(seconds * 1_000) / 1_000;
    terminal.printJson({ file, bytes, sha256, seconds: rounded, tries, ...facts(manifest) });
    return;
  }
  const { orders, lsn, begunAt } = manifest;
  terminal.print(`${told(file, pathWidth)}
  orders   ${orders}, everything acknowledged before ${begunAt}
  lsn      ${lsn}
  size     ${megabytes(bytes)}
  sha256   ${sha256}
  took     ${seconds.toFixed(1)} s`);
}

/** The work, with its progress taken away before anything else is said. */
async function watched<T>(
  progress: Progress, work: (onBytes: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  try {
    progress.show(0, 0);
    return await work((done, total) => progress.show(done, total));
  } finally {
    progress.clear();
  }
}

export async function tellVerified({ io, terminal, json }: Talk, file: string): Promise<void> {
  const progress = new Progress(io, json, {
    doing: 'checking', undone: `${file} was not read to its end.`,
  });
  const { manifest, sha256, bytes } =
    await watched(progress, (onBytes) => verifyBackup(file, onBytes));
  if (json) {
    terminal.printJson({ file, sound: true, bytes, sha256, ...facts(manifest) });
    return;
  }
  const { orders, lsn, begunAt, program } = manifest;
  terminal.print(`${told(file, pathWidth)} is sound
  orders   ${orders}, everything acknowledged before ${begunAt}
  lsn      ${lsn}
  size     ${megabytes(bytes)}, written by Orderly ${program}
  sha256   ${sha256}`);
}

export async function tellRestored(
  { io, terminal, json }: Talk, wish: RestoreWish,
): Promise<void> {
  const progress = new Progress(io, json, {
    doing: 'restoring', undone: `nothing was restored, ${wish.data} holds nothing of it.`,
  });
  const { data, manifest, clusterId, storeId, viewNumber, orders, lsn, newKey } =
    await watched(progress, (onBytes) => restoreBackup({ ...wish, onBytes }));
  if (json) {
    terminal.printJson({
      data, orders, lsn, cluster_id: clusterId, store_id: storeId, view_number: viewNumber,
      new_key: newKey, from: { file: wish.file, ...facts(manifest) },
    });
    return;
  }
  const folder = told(data, pathWidth);
  terminal.print(`${folder} is a new cluster with ${orders} order${orders === 1 ? '' : 's'}
  cluster  ${clusterId}
  key      ${newKey ? `${folder}/cluster.key, new; every machine of the cluster needs it`
    : 'the one that the environment gives'}
  next     orderly up --data ${folder}
           or by hand, with ORDERLY_HOME=${folder}: orderly nameserver, backend, frontend
  note     the operator's token is a new one; orders have one copy until more back ends join`);
}
