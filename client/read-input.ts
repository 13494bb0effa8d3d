import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { exitCodes, Failure, stoppedFailure, usageFailure } from './failure.ts';
import type { Io } from './terminal.ts';

/** More than any order the server would take (its limit for a body is 256 KiB). */
const inputBytesMax = 256 * 1024;
/** For a pipe that stays open and says nothing. */
const inputMsMax = 30_000;

const notReadable = (what: string): Failure =>
  usageFailure(`--input can not be used: ${what}.`, ['give one order as a JSON object in UTF-8']);

async function collect(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    bytes += chunk.byteLength;
    if (bytes > inputBytesMax) throw notReadable('it is larger than 256 KiB');
    pieces.push(chunk);
  }
  return Buffer.concat(pieces);
}

/** Ends the stream when the time is over or the user stops; the reader then fails with it. */
async function collectInTime(stream: Readable, io: Io): Promise<Buffer> {
  const timer = io.clock.setTimer(inputMsMax, () => {
    stream.destroy(new Failure({
      code: 'usage', exitCode: exitCodes.timeout, what: 'The input did not end within 30 seconds.',
    }));
  });
  const onStop = (): void => { stream.destroy(stoppedFailure(io.stop.reason)); };
  io.stop.addEventListener('abort', onStop, { once: true });
  try {
    return await collect(stream);
  } finally {
    timer.cancel();
    io.stop.removeEventListener('abort', onStop);
  }
}

async function readBytes(source: string, io: Io): Promise<Buffer> {
  if (source === '-') return collectInTime(io.stdin, io);
  try {
    return await collectInTime(createReadStream(source), io);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'no such file';
    throw notReadable(`${source} can not be read (${why})`);
  }
}

/** The JSON object in a file, or on stdin for `-`. Throws a Failure for everything else. */
export async function readInput(source: string, io: Io): Promise<Record<string, unknown>> {
  const bytes = await readBytes(source, io);
  let value: unknown;
  try {
    // A byte order mark is dropped; anything that is not UTF-8 throws.
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw notReadable(error instanceof SyntaxError ? 'it is not JSON' : 'it is not UTF-8 text');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw notReadable('it is not a JSON object');
  }
  return { ...value };
}
