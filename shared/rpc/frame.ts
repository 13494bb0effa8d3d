/**
 * A frame is a 4-byte big-endian length and as many bytes of UTF-8 JSON: one JSON-RPC 2.0 object,
 * or an array of them.
 */
export const frameBytesMax = 8 * 1024 * 1024;
export const frameItemsMax = 256;
const headerBytes = 4;

/** One item is put into a frame of its own; several share one up to this size. */
const sharedFrameBytesMax = 1024 * 1024;

/**
 * Cuts a byte stream into frames. `feed` returns false when the stream announced a frame beyond
 * the limit; nothing that follows can be understood then.
 */
export class FrameReader {
  readonly #onFrame: (payload: Buffer) => void;
  /** Pieces of an unfinished frame, joined once when it is complete: linear, not quadratic. */
  #pieces: Buffer[] = [];
  #have = 0;
  /** Bytes needed until the next step: the header at first, then header and payload. */
  #need = headerBytes;
  #length: number | null = null;

  constructor(onFrame: (payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  feed(chunk: Buffer): boolean {
    this.#pieces.push(chunk);
    this.#have += chunk.length;
    while (this.#have >= this.#need) {
      const bytes = this.#joined();
      if (this.#length === null) {
        const length = bytes.readUInt32BE(0);
        if (length > frameBytesMax) return false;
        this.#length = length;
        this.#need = headerBytes + length;
        this.#keep(bytes);
      } else {
        const end = this.#need;
        this.#length = null;
        this.#need = headerBytes;
        this.#keep(bytes.subarray(end));
        this.#onFrame(bytes.subarray(headerBytes, end));
      }
    }
    return true;
  }

  #joined(): Buffer {
    const [only] = this.#pieces;
    return this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
  }

  #keep(rest: Buffer): void {
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#have = rest.length;
  }
}

function frameOf(texts: readonly string[], bytes: number): Buffer {
  const [only] = texts;
  const single = texts.length === 1 && only !== undefined;
  // Brackets and the commas between the items.
  const length = single ? bytes : bytes + texts.length + 1;
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame.writeUInt32BE(length, 0);
  frame.write(single ? only : `[${texts.join(',')}]`, headerBytes, 'utf8');
  return frame;
}

/** The frames for JSON texts, in order; none of the texts may be larger than a frame. */
export function framesOf(texts: readonly string[]): Buffer[] {
  const frames: Buffer[] = [];
  let group: string[] = [];
  let groupBytes = 0;
  for (const text of texts) {
    const bytes = Buffer.byteLength(text);
    const full = group.length >= frameItemsMax || groupBytes + bytes > sharedFrameBytesMax;
    if (full && group.length > 0) {
      frames.push(frameOf(group, groupBytes));
      group = [];
      groupBytes = 0;
    }
    group.push(text);
    groupBytes += bytes;
  }
  if (group.length > 0) frames.push(frameOf(group, groupBytes));
  return frames;
}
