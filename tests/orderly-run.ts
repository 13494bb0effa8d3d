import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { testTerminal } from '../client/testing/test-io.ts';
import type { Io } from '../client/terminal.ts';

/** A command of the built binary, run to its end. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

const binary = fileURLToPath(new URL('../dist/tools/orderly.cjs', import.meta.url));
const endsWithinMs = 60_000;

/** Runs `orderly ARGS`; kills it when it has not ended after a minute. */
export function runOrderly(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [binary, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env }, timeout: endsWithinMs,
    killSignal: 'SIGKILL',
  });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => { texts.out += chunk.toString(); });
  child.stderr.on('data', (chunk: Buffer) => { texts.err += chunk.toString(); });
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, ...texts }));
  });
}

/** The same command inside of this process, which starts at once: `home` is ORDERLY_HOME. */
export async function runHere(
  command: (argv: readonly string[], io: Io) => Promise<number>, args: string[],
  { home, env = {} }: { home: string; env?: Record<string, string> },
): Promise<Ended> {
  const { io, out, err } = testTerminal({ home, env });
  const code = await command(args, io);
  return { code, out: out(), err: err() };
}
