import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { count, id128 } from '../../shared/contract/ids.ts';
import { crc32c } from './crc32c.ts';
import { writeDurably } from './store-files.ts';

/**
 * What a store once had on disk, kept in a file of its own. A WAL whose end is lost or damaged
 * looks to SQLite like a clean, shorter one; this tells the difference.
 */
const watermarkSchema = z.strictObject({
  storeId: id128,
  boot: count,
  epochSeen: count,
  lastLsn: count,
  /** The chain at lastLsn. */
  chain: id128,
});
export type Watermark = z.infer<typeof watermarkSchema>;

const fileSchema = z.strictObject({ watermark: watermarkSchema, crc: count });

const crcOf = (watermark: Watermark): number => crc32c(Buffer.from(JSON.stringify(watermark)));

export function writeWatermark(file: string, watermark: Watermark): void {
  writeDurably(file, `${JSON.stringify({ watermark, crc: crcOf(watermark) })}\n`);
}

/** null when there is none; `damaged` when its own checksum is wrong: it is replaced whole. */
export function readWatermark(file: string): Watermark | 'damaged' | null {
  if (!existsSync(file)) return null;
  try {
    const { watermark, crc } = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return crc === crcOf(watermark) ? watermark : 'damaged';
  } catch {
    // Not JSON, or not of this form: as good as a wrong checksum.
    return 'damaged';
  }
}
