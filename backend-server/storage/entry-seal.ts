import { hash } from 'node:crypto';
import type { Entry } from '../../shared/contract/replica.ts';
import { crc32c } from './crc32c.ts';

/** What a log row carries beside the entry, so that damage is seen wherever it happens. */
export interface Seal {
  /** CRC-32C of the entry alone. */
  crc: number;
  /** 16 bytes, hex: SHA-256 over the chain of the entry before and this entry, cut short. */
  chain: string;
}

const chainLength = 32;

/** The chain of an empty log. */
export const firstChain = '0'.repeat(chainLength);

let scratch = Buffer.allocUnsafe(16_384);

/** The seal of an entry that follows the one whose chain is `before`. */
export function sealEntry(before: string, entry: Entry): Seal {
  const { lsn, epoch, kind, opId, payload } = entry;
  // The length of the opId keeps its end apart from the start of the payload.
  const text = `${lsn} ${epoch} ${kind} ${opId.length} ${opId}${payload}`;
  const bytesMax = chainLength + text.length * 3;
  if (bytesMax > scratch.length) scratch = Buffer.allocUnsafe(bytesMax);
  scratch.write(before, 0, 'latin1');
  const end = chainLength + scratch.write(text, chainLength, 'utf8');
  return {
    crc: crc32c(scratch, chainLength, end),
    chain: hash('sha256', scratch.subarray(0, end), 'hex').slice(0, chainLength),
  };
}
