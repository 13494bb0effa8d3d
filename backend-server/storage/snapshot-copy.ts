import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import type { SnapshotOffer } from '../replication/events.ts';
import { Meta } from './meta.ts';
import { checkAllRows } from './scrub.ts';

const pieceBytes = 1_048_576;
const busyTimeoutMs = 30_000;

/**
 * Copies the committed state at one instant into `target`, which is empty. Works on a connection
 * of its own, so that the store goes on writing. What instant it was, the copy itself says. Every
 * row of it is checked.
 */
export function copyStore(storeFile: string, target: string): Omit<SnapshotOffer, 'snapshotId'> {
  const source = new SqliteDatabase(storeFile, { readonly: true, timeout: busyTimeoutMs });
  try {
    source.prepare('VACUUM INTO ?').run(target);
  } finally {
    source.close();
  }
  const copy = new SqliteDatabase(target, { readonly: true });
  try {
    const { applied_lsn: lsn, applied_epoch: epoch } = new Meta(copy).row;
    // Whoever installs it trusts it: a row that is damaged here must not be handed on.
    checkAllRows(copy);
    return { base: { lsn, epoch }, bytes: statSync(target).size, sha256: sha256OfFile(target) };
  } finally {
    copy.close();
  }
}

/** Hex; reads the file piece by piece. */
export function sha256OfFile(file: string): string {
  const digest = createHash('sha256');
  const piece = Buffer.allocUnsafe(pieceBytes);
  const handle = openSync(file, 'r');
  try {
    for (;;) {
      const read = readSync(handle, piece);
      if (read === 0) return digest.digest('hex');
      digest.update(piece.subarray(0, read));
    }
  } finally {
    closeSync(handle);
  }
}
