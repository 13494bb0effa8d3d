import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { catalogue } from '../frontend-server/documents/catalogue.ts';
import { openApi } from '../frontend-server/documents/documents.ts';
import { apiMarkdown, errorsMarkdown } from '../frontend-server/documents/markdown.ts';

/** `orderly docs`: the documents that are kept with the source, made from the tables. */

/** The text of each, by its name in docs/. */
export const documentTexts = (): Record<string, string> => ({
  'api.md': apiMarkdown(catalogue),
  'errors.md': errorsMarkdown(),
  'openapi.json': `${JSON.stringify(openApi(), null, 1)}\n`,
});

/** null for a file that is not there. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The documents in `dir` that are not what the tables say. */
export const outdated = (dir: string): string[] =>
  Object.entries(documentTexts())
    .filter(([name, text]) => textOf(join(dir, name)) !== text).map(([name]) => name);

function writeAll(dir: string): void {
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries(documentTexts())) {
    writeFileSync(join(dir, name), text);
    process.stdout.write(`wrote ${join(dir, name)}\n`);
  }
}

function check(dir: string): number {
  const names = outdated(dir);
  for (const name of names) {
    process.stderr.write(`error: ${join(dir, name)} is not what the tables say\n`);
  }
  if (names.length > 0) process.stderr.write('fix:   orderly docs\n');
  return names.length === 0 ? 0 : 1;
}

export function addDocsCommand(program: Command): void {
  program.command('docs')
    .description('Write docs/api.md, docs/errors.md and docs/openapi.json from the tables.')
    .option('--dir <folder>', 'where they are', 'docs')
    .option('--check', 'write nothing; fail if one of them is out of date')
    .action((options: { dir: string; check?: true }) => {
      if (options.check === true) process.exitCode = check(options.dir);
      else writeAll(options.dir);
    });
}
