import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Prompts } from '../prompts.ts';
import type { Io } from '../terminal.ts';

export interface TestTerminal {
  io: Io;
  stdin: PassThrough;
  /** What was written so far. */
  out: () => string;
  err: () => string;
  stop: AbortController;
}

function captured(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  return { stream, text: () => Buffer.concat(pieces).toString('utf8') };
}

/** Streams in place of a terminal; nobody can be asked unless prompts are given. */
export function testTerminal(
  more: { prompts?: Prompts; env?: Io['env']; home?: string } = {},
): TestTerminal {
  const stdin = new PassThrough();
  const [out, err] = [captured(), captured()];
  const stop = new AbortController();
  const io: Io = {
    stdin,
    stdout: out.stream,
    stderr: err.stream,
    env: more.env ?? {},
    home: more.home ?? mkdtempSync(join(tmpdir(), 'orderly-client-')),
    stop: stop.signal,
    clock: systemClock,
    timeZone: 'UTC',
    ...(more.prompts === undefined ? {} : { prompts: more.prompts }),
  };
  return { io, stdin, out: out.text, err: err.text, stop };
}
