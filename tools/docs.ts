import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { exitCodeHelp } from '../client/failure.ts';

/** `orderly docs`: the documents that are kept with the source, made from the tables. */

/** The text of each, by its name in docs/. */
async function documentTexts(): Promise<Record<string, string>> {
  const { catalogue } = await import('../frontend-server/documents/catalogue.ts');
  const { openApi } = await import('../frontend-server/documents/documents.ts');
  const { apiMarkdown, errorsMarkdown } =
    await import('../frontend-server/documents/markdown.ts');
  return {
    'api.md': apiMarkdown(catalogue),
    'errors.md': errorsMarkdown(),
    'openapi.json': `${JSON.stringify(openApi(), null, 1)}\n`,
  };
}

const examples = `
Examples:
  orderly docs                   after a change of an operation or an error
  orderly docs --check           for a build: fails when one is out of date
  orderly docs --dir elsewhere
${exitCodeHelp}`;

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
export async function outdated(dir: string): Promise<string[]> {
  return Object.entries(await documentTexts())
    .filter(([name, text]) => textOf(join(dir, name)) !== text).map(([name]) => name);
}

async function writeAll(dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries(await documentTexts())) {
    writeFileSync(join(dir, name), text);
    process.stdout.write(`wrote ${join(dir, name)}\n`);
  }
}

async function check(dir: string): Promise<number> {
  const names = await outdated(dir);
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
    .addHelpText('after', examples)
    .action(async (options: { dir: string; check?: true }) => {
      if (options.check === true) process.exitCode = await check(options.dir);
      else await writeAll(options.dir);
    });
}
