import { basename } from 'node:path/posix';
import type { Import, Node, SourceFile } from './source-file.ts';

/** The house rules that a program can check, each as a function from a file to what is wrong. */

export interface Finding {
  at: number;
  what: string;
}

export interface Rule {
  name: string;
  /** Which files it judges. */
  judges: (path: string) => boolean;
  check: (file: SourceFile) => Finding[];
}

const isTest = (path: string): boolean =>
  path.startsWith('tests/') || path.includes('/testing/') || path.endsWith('.test.ts');
const isContract = (path: string): boolean => path.startsWith('shared/contract/');
const isProgram = (path: string): boolean => !isTest(path);
const pureFolders = ['backend-server/replication/', 'backend-server/orders/'];
const isPure = (path: string): boolean =>
  !isTest(path) && pureFolders.some((folder) => path.startsWith(folder));
const everywhere = (): boolean => true;

const named = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Identifier'
  && 'name' in value && value.name === name;

const find = (
  file: SourceFile, matches: (node: Node) => boolean, what: (node: Node) => string,
): Finding[] => file.nodes.filter(matches).map((node) => ({ at: node.start, what: what(node) }));

/** `object.property`, written plainly. */
const member = (object: string, property?: string) => (node: Node): boolean =>
  node.type === 'MemberExpression' && named(node['object'], object)
  && (property === undefined || named(node['property'], property));

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

// ---- imports

const topFolder = (path: string): string => path.slice(0, path.indexOf('/'));
const freeFolders = ['tools', 'tests'];
/** Nothing of ours may need them. */
const unusedFolders = [...freeFolders, 'examples', 'dashboard'];
/** Folders that may use only these packages: all of them compute, none of them does anything. */
const allowedPackages = [
  { folder: 'shared/contract/', packages: ['zod', 'node:crypto'] },
  { folder: 'backend-server/replication/', packages: [] as string[] },
  { folder: 'backend-server/orders/', packages: ['zod'] },
  { folder: 'dashboard/', packages: ['d3'] },
];
/** Runs in browsers: knows the contract by its types, and these, which need nothing of Node. */
const browserFolder = 'dashboard/';
const forBrowsers = ['shared/contract/lifecycle.ts', 'shared/runtime/assert.ts'];

function whyNotImport(from: string, { specifier, file, typeOnly }: Import): string | null {
  if (file === null) {
    const allowed = allowedPackages.find(({ folder }) => from.startsWith(folder));
    const ok = isTest(from) || allowed === undefined || allowed.packages.includes(specifier);
    return ok ? null : `${allowed.folder} imports ${specifier}`;
  }
  if (file.startsWith('..')) return `${specifier} is outside the project`;
  if (!file.endsWith('.ts') && !file.endsWith('.json')) return `${specifier} lacks its extension`;
  if (isPure(from)) return whyNotPure(from, file, typeOnly);
  if (from.startsWith(browserFolder) && !isTest(from)) return whyNotBrowser(from, file, typeOnly);
  const own = topFolder(from);
  const other = topFolder(file);
  if (isContract(from) && !isContract(file)) return `the contract imports ${file}`;
  // Tests stand beside what they test and may use the parts of any program.
  if (isTest(from) || freeFolders.includes(own) || other === own) return null;
  if (unusedFolders.includes(other)) return `nobody imports ${other}/`;
  return other === 'shared' ? null : `${own} imports ${other}`;
}

function whyNotPure(from: string, file: string, typeOnly: boolean): string | null {
  const own = pureFolders.find((folder) => from.startsWith(folder)) ?? '';
  if (file.startsWith(own) || file === 'shared/runtime/assert.ts') return null;
  const contract = isContract(file) && (typeOnly || own === 'backend-server/orders/');
  return contract ? null : `a pure folder imports ${file}`;
}

function whyNotBrowser(from: string, file: string, typeOnly: boolean): string | null {
  if (file.startsWith(browserFolder) || forBrowsers.includes(file)) return null;
  return isContract(file) && typeOnly ? null : `${topFolder(from)} bundles ${file}`;
}

const importLaw: Rule = {
  name: 'the import law',
  judges: everywhere,
  check: (file) => file.imports.flatMap((imported) => {
    const what = whyNotImport(file.path, imported);
    return what === null ? [] : [{ at: imported.at, what }];
  }),
};

/** Circles of imports, each as the list of its files, found once wherever it is entered. */
export function importCircles(files: readonly SourceFile[]): string[][] {
  const next = new Map(files.map(({ path, imports }) =>
    [path, imports.flatMap(({ file, typeOnly }) => (file === null || typeOnly ? [] : [file]))]));
  const circles: string[][] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) circles.push(trail.slice(seenAt));
    if (seenAt >= 0 || finished.has(path)) return;
    for (const file of next.get(path) ?? []) visit(file, [...trail, path]);
    finished.add(path);
  };
  for (const { path } of files) visit(path, []);
  return circles;
}

// ---- purity

const impureNames = [
  'Date', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance',
  'crypto', 'fetch', 'console', 'Promise', 'globalThis',
];

/** A name that is read, not one that is declared as a field or asked of another object. */
const isReference = (file: SourceFile, node: Node): boolean =>
  !file.nodes.some((parent) =>
    (parent.type === 'MemberExpression' && parent['property'] === node
      && parent['computed'] !== true)
    || (['Property', 'TSPropertySignature', 'PropertyDefinition', 'MethodDefinition']
      .includes(parent.type) && parent['key'] === node && parent['shorthand'] !== true));

const purity: Rule = {
  name: 'purity of replication/ and orders/',
  judges: isPure,
  check: (file) => [
    ...find(file, (node) => node.type === 'Identifier' && impureNames.includes(String(node['name']))
      && isReference(file, node), (node) => `uses ${String(node['name'])}`),
    ...find(file, member('Math', 'random'), () => 'uses Math.random'),
    ...find(file, (node) => node['async'] === true || node.type === 'AwaitExpression',
      () => 'is asynchronous'),
  ],
};

// ---- budgets

const limits = { lines: 400, functionLines: 70, parameters: 3, columns: 100, exports: 8 };
const functionTypes = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];
const withinBudget = (path: string): boolean => !isContract(path);

const budgets: Rule[] = [
  {
    name: `files of at most ${limits.lines} lines`,
    judges: (path) => isProgram(path) && withinBudget(path),
    check: ({ text }) => {
      const lines = text.trimEnd().split('\n').length;
      return lines > limits.lines ? [{ at: 0, what: `${lines} lines` }] : [];
    },
  },
  {
    name: `functions of at most ${limits.functionLines} lines`,
    judges: (path) => isProgram(path) && withinBudget(path),
    check: (file) => file.nodes.flatMap((node) => {
      if (!functionTypes.includes(node.type)) return [];
      const lines = file.lineOf(node.end) - file.lineOf(node.start) + 1;
      return lines > limits.functionLines ? [{ at: node.start, what: `${lines} lines` }] : [];
    }),
  },
  {
    name: `at most ${limits.parameters} parameters`,
    judges: withinBudget,
    check: (file) => find(file, (node) =>
      functionTypes.includes(node.type) && list(node['params']).length > limits.parameters,
    (node) => `${list(node['params']).length} parameters`),
  },
  {
    name: `lines of at most ${limits.columns} columns`,
    judges: withinBudget,
    check: ({ text }) => {
      let at = 0;
      return text.split('\n').flatMap((line) => {
        const start = at;
        at += line.length + 1;
        const columns = line.length;
        return columns > limits.columns ? [{ at: start, what: `${columns} columns` }] : [];
      });
    },
  },
  {
    name: `at most ${limits.exports} exports`,
    judges: (path) => isProgram(path) && withinBudget(path),
    check: (file) => {
      const count = file.nodes.filter(({ type }) => type.startsWith('Export')
        && type !== 'ExportSpecifier').length
        + file.nodes.filter(({ type }) => type === 'ExportSpecifier').length;
      return count > limits.exports ? [{ at: 0, what: `${count} exports` }] : [];
    },
  },
];

// ---- words and constructs

const mayUse = (...paths: string[]) => (path: string): boolean =>
  isProgram(path) && !paths.includes(path);

const bareErrors = ['Error', 'TypeError', 'RangeError'];

const constructs: Rule[] = [
  {
    name: 'sort() with a comparator',
    judges: everywhere,
    check: (file) => find(file, (node) => node.type === 'CallExpression'
      && list(node['arguments']).length === 0 && isSort(node['callee']), () => 'sorts as text'),
  },
  {
    name: 'no any',
    judges: everywhere,
    check: (file) => find(file, ({ type }) => type === 'TSAnyKeyword', () => 'any'),
  },
  {
    name: 'no non-null assertion',
    judges: everywhere,
    check: (file) => find(file, (node) =>
      node.type === 'TSNonNullExpression' || node['definite'] === true, () => '!'),
  },
  {
    name: 'no bare throw new Error',
    judges: isProgram,
    check: (file) => find(file, (node) => node.type === 'ThrowStatement'
      && isNewOf(node['argument'], bareErrors), () => 'throws an error without a code'),
  },
  {
    name: 'console only in the terminal and the logger',
    judges: mayUse('client/terminal.ts', 'shared/runtime/logger.ts'),
    check: (file) => find(file, member('console'), () => 'console'),
  },
  {
    name: 'the environment only in config.ts',
    judges: (path) => mayUse('shared/runtime/home-folder.ts')(path)
      && basename(path) !== 'config.ts',
    check: (file) => find(file, member('process', 'env'), () => 'process.env'),
  },
  {
    name: 'the time of day only in the clock',
    judges: mayUse('shared/runtime/clock.ts'),
    check: (file) => [
      ...find(file, member('Date', 'now'), () => 'Date.now'),
      ...find(file, (node) => isNewOf(node, ['Date']) && list(node['arguments']).length === 0,
        () => 'new Date()'),
    ],
  },
  {
    name: 'no Math.random',
    judges: everywhere,
    check: (file) => find(file, member('Math', 'random'), () => 'Math.random'),
  },
  {
    name: 'a swallowed error has its reason',
    judges: everywhere,
    check: (file) => find(file, (node) => isSwallowing(node) && !hasComment(file, node),
      () => 'a catch that ignores the error, without a comment'),
  },
  {
    name: 'nothing left to do',
    judges: (path) => path !== 'tests/tidy-rules.ts' && path !== 'tests/tidy.test.ts',
    check: ({ text }) => [...text.matchAll(/\b(TODO|FIXME|XXX)\b/g)]
      .map((found) => ({ at: found.index, what: found[0] })),
  },
  {
    name: 'no test left out',
    judges: isTest,
    check: (file) => find(file, (node) => ['it', 'describe', 'test'].some((word) =>
      ['only', 'skip', 'todo'].some((mark) => member(word, mark)(node))), () => 'only or skip'),
  },
  {
    name: 'file names that say what is inside',
    judges: everywhere,
    check: ({ path }) => {
      const name = basename(path);
      const wellFormed = /^[a-z0-9]+(-[a-z0-9]+)*(\.(property|conformance|test))*\.ts$/.test(name);
      const vague = /\b(utils?|helpers?|common|manager|misc)\b/.test(name);
      return wellFormed && !vague ? [] : [{ at: 0, what: name }];
    },
  },
];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function isSort(callee: unknown): boolean {
  return isObject(callee) && callee['type'] === 'MemberExpression'
    && (named(callee['property'], 'sort') || named(callee['property'], 'toSorted'));
}

function isNewOf(value: unknown, names: readonly string[]): boolean {
  return isObject(value) && value['type'] === 'NewExpression'
    && names.some((name) => named(value['callee'], name));
}

const emptyResults = ['undefined', 'null', 'false'];

const rethrows = (block: unknown): boolean => isObject(block)
  && list(block['body']).some((each) => isObject(each) && each['type'] === 'ThrowStatement');

/** `catch {` and `.catch(() => {})` in their variants. */
function isSwallowing(node: Node): boolean {
  if (node.type === 'CatchClause') return node['param'] === null && !rethrows(node['body']);
  if (node.type !== 'CallExpression' || !isObject(node['callee'])) return false;
  const [handler] = list(node['arguments']);
  return named(node['callee']['property'], 'catch') && isObject(handler)
    && handler['type'] === 'ArrowFunctionExpression' && list(handler['params']).length === 0
    && isEmpty(handler['body']);
}

const isEmpty = (body: unknown): boolean => isObject(body)
  && ((body['type'] === 'BlockStatement' && list(body['body']).length === 0)
    || (body['type'] === 'Literal' && body['value'] === null)
    || emptyResults.some((word) => named(body, word)));

/** Inside it, or on the line above it. */
function hasComment(file: SourceFile, node: Node): boolean {
  const lineStart = file.text.lastIndexOf('\n', node.start) + 1;
  const above = file.text.slice(0, lineStart).trimEnd();
  const lastLine = above.slice(above.lastIndexOf('\n') + 1).trim();
  const lineEnd = file.text.indexOf('\n', node.end);
  const own = file.text.slice(node.start, lineEnd < 0 ? undefined : lineEnd);
  return /(^|\s)(\/\/|\/\*)/.test(own) || lastLine.startsWith('//') || lastLine.endsWith('*/');
}

export const rules: Rule[] = [importLaw, purity, ...budgets, ...constructs];

/** One line per broken rule: path:line, the rule, what was found. */
export function judge(files: readonly SourceFile[], rule: Rule): string[] {
  return files.filter(({ path }) => rule.judges(path)).flatMap((file) =>
    rule.check(file).map(({ at, what }) => `${file.path}:${file.lineOf(at)} ${what}`));
}
