import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vitest/node';

/** A node of the syntax tree (ESTree with TypeScript); the rules look at fields by name. */
export interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

export interface Import {
  /** As written. */
  specifier: string;
  /** Path from the root for a file of ours, else null. */
  file: string | null;
  typeOnly: boolean;
  at: number;
}

/** A source file read and parsed; what the tidy rules judge. */
export interface SourceFile {
  /** From the root, with slashes. */
  path: string;
  text: string;
  /** Every node, parents before children. */
  nodes: Node[];
  imports: Import[];
  lineOf: (offset: number) => number;
}

export const root = fileURLToPath(new URL('..', import.meta.url));

export const sourceFolders = [
  'shared', 'nameserver', 'backend-server', 'frontend-server', 'client', 'dashboard', 'tools',
  'examples', 'tests',
];

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function collect(value: unknown, into: Node[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, into);
    return;
  }
  if (!isNode(value)) return;
  into.push(value);
  for (const field of Object.values(value)) {
    if (typeof field === 'object' && field !== null) collect(field, into);
  }
}

const importing = [
  'ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression',
];

function importOf(node: Node, path: string): Import | null {
  if (!importing.includes(node.type) || !isNode(node['source'])) return null;
  const specifier = node['source']['value'];
  if (typeof specifier !== 'string') return null;
  const file = specifier.startsWith('.') ? join(dirname(path), specifier) : null;
  const typeOnly = node['importKind'] === 'type' || node['exportKind'] === 'type';
  return { specifier, file, typeOnly, at: node.start };
}

/** Reads a text as the file at `path`; for the rules' own tests the text is made up. */
export function parseSource(path: string, text: string): SourceFile {
  const nodes: Node[] = [];
  collect(parseAst(text, { lang: 'ts' }), nodes);
  return {
    path,
    text,
    nodes,
    imports: nodes.flatMap((node) => importOf(node, path) ?? []),
    lineOf: (offset) => text.slice(0, offset).split('\n').length,
  };
}

/** Every TypeScript file of the project. */
export function projectFiles(): SourceFile[] {
  return sourceFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return parseSource(relative(root, file), readFileSync(file, 'utf8'));
      }));
}
