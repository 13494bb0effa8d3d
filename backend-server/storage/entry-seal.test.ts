import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';
import { firstChain, sealEntry } from './entry-seal.ts';
import { sampleEntries } from './testing/sample-log.ts';

describe('crc32c', () => {
  // Check values of the CRC catalogue and of RFC 3720, appendix B.4.
  it.each([
    [Buffer.from('123456789'), 0xe3069283],
    [Buffer.alloc(32), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
    [Buffer.alloc(0), 0],
  ])('has the published value (%#)', (bytes, crc) => {
    expect(crc32c(bytes)).toBe(crc);
  });

  it('covers the given range only', () => {
    expect(crc32c(Buffer.from('xx123456789xxx'), 2, 11)).toBe(0xe3069283);
  });
});

describe('sealEntry', () => {
  const [entry] = sampleEntries(2, 2);
  if (entry === undefined) throw new Error('there is a sample entry');
  const seal = sealEntry(firstChain, entry);

  it('is the same for the same entry behind the same chain', () => {
    expect(sealEntry(firstChain, { ...entry })).toEqual(seal);
    expect(seal.chain).toMatch(/^[0-9a-f]{32}$/);
  });

  it('changes with every member and with what came before', () => {
    const others = [
      { ...entry, lsn: 3 }, { ...entry, epoch: 2 }, { ...entry, kind: 'barrier' as const },
      { ...entry, opId: 'op-3' }, { ...entry, payload: `${entry.payload} ` },
      { ...entry, opId: `${entry.opId}{`, payload: entry.payload.slice(1) },
    ];
    for (const other of others) {
      expect(sealEntry(firstChain, other).crc).not.toBe(seal.crc);
      expect(sealEntry(firstChain, other).chain).not.toBe(seal.chain);
    }
    const behindAnother = sealEntry('1'.repeat(32), entry);
    expect(behindAnother.crc).toBe(seal.crc);
    expect(behindAnother.chain).not.toBe(seal.chain);
  });

  it('takes the longest payload that the contract allows', () => {
    const long = { ...entry, payload: 'é'.repeat(300_000) };
    expect(sealEntry(firstChain, long)).toEqual(sealEntry(firstChain, { ...long }));
    expect(sealEntry(firstChain, entry)).toEqual(seal);
  });
});
