import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { count, id128, shortName } from '../../shared/contract/ids.ts';
import { onDisk } from './disk.ts';
import { damaged, newer } from './refusals.ts';

/**
 * A backup is one file: the store as an SQLite database, then a manifest, then a footer of 96
 * bytes. SQLite takes the length of a database from its head, so that any SQLite tool opens a
 * backup as it is (read only: a tool that writes destroys the manifest).
 *
 *   offset 0             the database, `bytes` long, its SHA-256 is `sha256`
 *   offset bytes         the manifest: JSON in UTF-8, one line
 *   end of file - 96     ORDERLY-BACKUP 0001 <length, 10 digits> <SHA-256 of the manifest, hex>\n
 *
 * A change that older programs can not read gets a new format number. The schema of the database
 * has a number of its own, its user_version. There is no key in it: nothing in a backup opens a
 * connection to any cluster. It holds the customers' names and addresses all the same: mode 0600.
 */
export const backupFormat = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const manifestSchema = z.strictObject({
  format: z.literal(backupFormat),
  /** The version of Orderly that wrote it. */
  program: z.string().max(40),
  /** RFC 3339, UTC: when the command began. Everything acknowledged before is inside. */
  begunAt: z.iso.datetime(),
  clusterId: id128,
  group: shortName,
  /** The primary that it was copied from. */
  storeId: id128,
  viewNumber: count,
  epoch: count,
  /** The state is that of this lsn. */
  lsn: count,
  /** Confirmed by the whole in-sync set after the command began. */
  confirmedLsn: count,
  schema: count,
  orders: count,
  /** Of the database alone. */
  bytes: count,
  sha256,
});
export type Manifest = z.infer<typeof manifestSchema>;

const magic = 'ORDERLY-BACKUP';
const footerBytes = 96;
const manifestBytesMax = 65_536;
const footerForm = /^ORDERLY-BACKUP (\d{4}) (\d{10}) ([0-9a-f]{64})\n$/;

/** What follows the database. */
export function tailOf(manifest: Manifest): Buffer {
  const text = Buffer.from(`${JSON.stringify(manifest)}\n`);
  const format = String(backupFormat).padStart(4, '0');
  const length = String(text.length).padStart(10, '0');
  const digest = createHash('sha256').update(text).digest('hex');
  return Buffer.concat([text, Buffer.from(`${magic} ${format} ${length} ${digest}\n`)]);
}

async function piece(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** The manifest, checked against its own digest and the length of the file. Throws a Failure. */
export async function readManifest(path: string): Promise<Manifest> {
  const file = await onDisk(path, 'opened', () => open(path, 'r'));
  try {
    const { size } = await file.stat();
    const footer = size < footerBytes ? '' : String(
      await onDisk(path, 'read', () => piece(file, size - footerBytes, footerBytes)));
    const parts = footerForm.exec(footer);
    if (parts === null) throw damaged(path, 'its end is cut off, or it is another kind of file');
    const [, format, length, digest] = parts;
    if (Number(format) > backupFormat) throw newer(path, `backup format ${Number(format)}`);
    const at = size - footerBytes - Number(length);
    if (Number(length) > manifestBytesMax || at < 0) throw damaged(path, 'its manifest is cut off');
    const text = await piece(file, at, Number(length));
    if (createHash('sha256').update(text).digest('hex') !== digest) {
      throw damaged(path, 'its manifest was changed after it was written');
    }
    const manifest = manifestSchema.parse(JSON.parse(text.toString()));
    if (manifest.bytes === at) return manifest;
    throw damaged(path, `it holds ${at} bytes of database, ${manifest.bytes} were written`);
  } finally {
    await file.close();
  }
}

/**
 * Reads the whole file once: gives the SHA-256 of all of it, and throws a Failure when the
 * database in it is not what was written. `sink` gets the database's bytes in order.
 */
export async function readThrough(
  path: string, manifest: Manifest, sink: (bytes: Buffer) => Promise<void> = async () => {},
): Promise<string> {
  const whole = createHash('sha256');
  const database = createHash('sha256');
  let left = manifest.bytes;
  await onDisk(path, 'read', async () => {
    for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 })) {
      const bytes = chunk as Buffer;
      whole.update(bytes);
      const part = bytes.subarray(0, Math.min(left, bytes.length));
      left -= part.length;
      database.update(part);
      if (part.length > 0) await sink(part);
    }
  });
  if (database.digest('hex') === manifest.sha256) return whole.digest('hex');
  throw damaged(path, 'its database was changed after it was written (SHA-256 differs)');
}
