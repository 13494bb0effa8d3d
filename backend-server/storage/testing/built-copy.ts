import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

export interface BuiltCopy {
  /** Path of a compiled file; `source` is its path from the project root, ending with .ts. */
  fileOf(source: string): string;
  remove(): void;
}

/**
 * Compiles some source files, and all they import, into a folder of their own: a worker thread or
 * a child process of Node 20 can not run TypeScript, and what lies in dist may be old.
 */
export function buildCopy(sources: readonly string[]): BuiltCopy {
  const dir = mkdtempSync(join(tmpdir(), 'orderly-build-'));
  const config = join(dir, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({
    extends: join(projectRoot, 'tsconfig.json'),
    compilerOptions: {
      rootDir: projectRoot, outDir: dir, noCheck: true, sourceMap: false, types: [],
    },
    files: sources.map((source) => join(projectRoot, source)),
    include: [],
  }));
  const compiler = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', config], { stdio: 'inherit' });
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(join(projectRoot, 'node_modules'), join(dir, 'node_modules'));
  return {
    fileOf: (source) => join(dir, source.replace(/\.ts$/, '.js')),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
