/** CRC-32C (reflected polynomial 0x82f63b78), four bytes a step: table k has k zeros behind. */
const [table0, table1, table2, table3] = makeTables();

function makeTables(): [Uint32Array, Uint32Array, Uint32Array, Uint32Array] {
  const first = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    first[byte] = crc;
  }
  const next = (table: Uint32Array) =>
    table.map((crc) => (crc >>> 8) ^ at(first, crc & 0xff));
  const second = next(first);
  const third = next(second);
  return [first, second, third, next(third)];
}

/** Indexes are bytes or below the length, so that there is a value. */
function at(table: Uint8Array | Uint32Array, index: number): number {
  return table[index] as number;
}

/** Unsigned 32-bit checksum of `bytes` from `start` to `end`. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = 0xffffffff;
  let index = start;
  for (; index + 4 <= end; index += 4) {
    crc ^= at(bytes, index) | (at(bytes, index + 1) << 8)
      | (at(bytes, index + 2) << 16) | (at(bytes, index + 3) << 24);
    crc = at(table3, crc & 0xff) ^ at(table2, (crc >>> 8) & 0xff)
      ^ at(table1, (crc >>> 16) & 0xff) ^ at(table0, crc >>> 24);
  }
  for (; index < end; index += 1) crc = (crc >>> 8) ^ at(table0, (crc ^ at(bytes, index)) & 0xff);
  return ~crc >>> 0;
}
