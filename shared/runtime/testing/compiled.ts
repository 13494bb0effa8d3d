import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Node 20 runs no TypeScript: programs that tests start as processes are compiled first. */

const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface Compiled {
  /** Starts the program in a process of its own, its standard error collected or given away. */
  start(args: string[], stderr?: number): Program;
  remove(): void;
}

export interface Program {
  process: ChildProcess;
  out(): string;
  err(): string;
  /** Exit code, or the name of the signal. */
  ended: Promise<number | string>;
}

function startProgram(argv: string[], stderr: number | undefined): Program {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', stderr ?? 'pipe'] });
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => { out += text; });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { err += text; });
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return { process: child, out: () => out, err: () => err, ended };
}

/** Compiles one program with all it imports; below node_modules, so that packages are found. */
export function compile(sourceFile: string): Compiled {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, 'orderly-test-'));
  const config = join(outDir, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { outDir, rootDir: root, noEmit: false },
    include: [], files: [sourceFile],
  }));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', config]);
  const built = relative(root, sourceFile).replace(/\.ts$/, '.js');
  return {
    start: (args, stderr) => startProgram([join(outDir, built), ...args], stderr),
    remove: () => rmSync(outDir, { recursive: true, force: true }),
  };
}

/** A file beside the one that asks. */
export const beside = (moduleUrl: string, name: string): string =>
  join(dirname(fileURLToPath(moduleUrl)), name);
