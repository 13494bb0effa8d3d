import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSource, projectFiles, root } from './source-file.ts';
import { importCircles, judge, rules } from './tidy-rules.ts';

const files = projectFiles();
const long = (lines: number): string => 'a();\n'.repeat(lines);

/** For each rule: something it must catch, and something close to it that is allowed. */
const samples: Record<string, { path: string; caught: string[]; allowed: string[] }[]> = {
  'the import law': [
    {
      path: 'frontend-server/a.ts',
      caught: [
        "import { a } from '../backend-server/b.ts';",
        "import type { a } from '../nameserver/b.ts';",
        "import { a } from '../tools/b.ts';", "const b = await import('../client/b.ts');",
        "export { a } from '../client/b.ts';", "import { a } from '../shared/b';",
        "import { a } from '../../elsewhere/b.ts';",
      ],
      allowed: ["import { a } from '../shared/rpc/b.ts';", "import { a } from './http/b.ts';"],
    },
    {
      path: 'shared/rpc/a.ts',
      caught: ["import { a } from '../../client/b.ts';"],
      allowed: ["import { a } from '../contract/b.ts';", "import { connect } from 'node:tls';"],
    },
    {
      path: 'shared/contract/a.ts',
      caught: ["import { a } from '../rpc/b.ts';", "import { pino } from 'pino';"],
      allowed: ["import { z } from 'zod';"],
    },
    {
      path: 'dashboard/net/a.ts',
      caught: [
        "import { a } from '../../shared/contract/order.ts';", "import { z } from 'zod';",
        "import { a } from '../../shared/rpc/b.ts';", "import { join } from 'node:path';",
        "import type { a } from '../../frontend-server/b.ts';",
      ],
      allowed: [
        "import type { Order } from '../../shared/contract/order.ts';",
        "import { steps } from '../../shared/contract/lifecycle.ts';",
        "import { select } from 'd3';", "import { a } from '../model/b.ts';",
      ],
    },
    {
      path: 'backend-server/replication/a.ts',
      caught: [
        "import { a } from 'node:fs';", "import { a } from '../storage/b.ts';",
        "import { a } from '../../shared/contract/b.ts';", "import { z } from 'zod';",
        "import type { a } from '../../shared/runtime/logger.ts';",
      ],
      allowed: [
        "import type { a } from '../../shared/contract/b.ts';", "import { a } from './b.ts';",
        "import { assert } from '../../shared/runtime/assert.ts';",
      ],
    },
    {
      path: 'examples/sums/a.ts',
      caught: ["import { a } from '../../client/b.ts';", "import { a } from '../../tools/b.ts';"],
      allowed: ["import { a } from '../../shared/service/b.ts';", "import { z } from 'zod';"],
    },
    { path: 'client/a.ts', caught: ["import { a } from '../examples/b.ts';"], allowed: [] },
    { path: 'tools/a.ts', caught: [], allowed: ["import { a } from '../client/b.ts';"] },
  ],
  'purity of replication/ and orders/': [{
    path: 'backend-server/orders/a.ts',
    caught: [
      'const a = Date.now();', 'const a = new Date();', 'Math.random();', 'process.exit(1);',
      'setTimeout(f, 1);', 'async function f() {}', 'const f = async () => 1;',
      'console.log(1);', 'export const a = { Date };',
    ],
    allowed: [
      'const a = { Date: 1 };', 'const b = a.process;', '// Date.now()', "f('Date.now()');",
    ],
  }],
  'files of at most 400 lines': [
    { path: 'client/a.ts', caught: [long(401)], allowed: [long(400)] },
    { path: 'client/a.test.ts', caught: [], allowed: [long(500)] },
  ],
  'functions of at most 70 lines': [{
    path: 'client/a.ts',
    caught: [`function f() {\n${long(69)}}`, `const f = () => {\n${long(69)}};`,
      `class A { f() {\n${long(69)}} }`],
    allowed: [`function f() {\n${long(68)}}`],
  }],
  'at most 3 parameters': [{
    path: 'client/a.ts',
    caught: ['const f = (a, b, c, d) => 1;', 'class A { constructor(a, b, c, d) {} }'],
    allowed: ['function f(a, b, c) {}'],
  }],
  'lines of at most 100 columns': [{
    path: 'client/a.ts',
    caught: [`const a = '${'x'.repeat(90)}';`], allowed: [`const a = '${'é'.repeat(80)}';`],
  }],
  'at most 8 exports': [{
    path: 'client/a.ts',
    caught: [Array.from({ length: 9 }, (_, n) => `export const a${n} = 1;`).join('\n')],
    allowed: [Array.from({ length: 8 }, (_, n) => `export const a${n} = 1;`).join('\n')],
  }],
  'sort() with a comparator': [{
    path: 'client/a.ts',
    caught: ['a.sort();', 'b().c.toSorted();'], allowed: ['a.sort((x, y) => x - y);'],
  }],
  'no any': [{
    path: 'client/a.ts',
    caught: ['const a: any = 1;', 'f(a as any);', 'const a: Promise<any[]> = b;'],
    allowed: ['const any = 1;', "f('any');"],
  }],
  'no non-null assertion': [{
    path: 'client/a.ts',
    caught: ['const a = b!;', 'b!.c();', 'class A { b!: string }'],
    allowed: ['const a = !b;', 'if (a !== b) f();'],
  }],
  'no bare throw new Error': [{
    path: 'client/a.ts',
    caught: ["throw new Error('x');", "throw new TypeError('x');"],
    allowed: ["throw new OrderlyError('x');", 'throw error;'],
  }],
  'console only in the terminal and the logger': [
    { path: 'client/a.ts', caught: ['console.log(1);'], allowed: ['a.console.log(1);'] },
    { path: 'client/terminal.ts', caught: [], allowed: ['console.log(1);'] },
  ],
  'the environment only in config.ts': [
    { path: 'client/a.ts', caught: ['const a = process.env.HOME;'], allowed: ['process.exit(0);'] },
    { path: 'client/config.ts', caught: [], allowed: ['const a = process.env.HOME;'] },
  ],
  'the time of day only in the clock': [{
    path: 'client/a.ts',
    caught: ['const a = Date.now();', 'const a = new Date();'], allowed: ['const a = new Date(0);'],
  }],
  'no Math.random': [
    { path: 'tests/a.ts', caught: ['Math.random();'], allowed: ['Math.max(1, 2);'] },
  ],
  'a swallowed error has its reason': [{
    path: 'client/a.ts',
    caught: ['try { f(); } catch {}', 'try { f(); } catch { g(); }', 'f().catch(() => {});',
      'f().catch(() => undefined);', 'f().catch(() => null);'],
    allowed: ['try { f(); } catch (error) { g(error); }', 'f().catch((error) => g(error));',
      'try { f(); } catch { throw g; }', 'try { f(); } catch { /* gone already */ }',
      '// gone already\nf().catch(() => {});'],
  }],
  'nothing left to do': [
    { path: 'client/a.ts', caught: ['// TODO later', '/* FIXME */ f();'], allowed: ['// done'] },
  ],
  'no test left out': [{
    path: 'client/a.test.ts',
    caught: ["it.only('a', f);", "describe.skip('a', f);", "it.todo('a');"],
    allowed: ["it('a', f);", "it.skipIf(windows)('a', f);"],
  }],
  'file names that say what is inside': [
    { path: 'client/utils.ts', caught: ['a();'], allowed: [] },
    { path: 'client/string-helpers.ts', caught: ['a();'], allowed: [] },
    { path: 'client/OrderTable.ts', caught: ['a();'], allowed: [] },
    { path: 'client/order-table.test.ts', caught: [], allowed: ['a();'] },
  ],
};

describe.each(rules)('$name', (rule) => {
  it('holds in every file', () => {
    expect(judge(files, rule)).toEqual([]);
  });

  it('catches what it is for, and only that', () => {
    const cases = samples[rule.name] ?? [];
    expect(cases.flatMap(({ caught }) => caught)).not.toEqual([]);
    for (const { path, caught, allowed } of cases) {
      for (const text of caught) {
        expect(judge([parseSource(path, text)], rule), text).not.toEqual([]);
      }
      for (const text of allowed) {
        expect(judge([parseSource(path, text)], rule), text).toEqual([]);
      }
    }
  });
});

describe('imports', () => {
  it('never go in a circle', () => {
    expect(importCircles(files)).toEqual([]);
  });

  it('that do go in a circle are found', () => {
    const circle = importCircles([
      parseSource('client/a.ts', "import { b } from './b.ts';"),
      parseSource('client/b.ts', "export { c } from './deep/c.ts';"),
      parseSource('client/deep/c.ts', "import { a } from '../a.ts';"),
      parseSource('client/d.ts', "import { a } from './a.ts';"),
    ]);
    expect(circle).toEqual([['client/a.ts', 'client/b.ts', 'client/deep/c.ts']]);
  });
});

const packageSchema = z.looseObject({ dependencies: z.record(z.string(), z.string()) });
const readText = (name: string): string => readFileSync(join(root, name), 'utf8');

/** Packages among the dependencies that a text never names. */
const unnamed = (dependencies: readonly string[], text: string): string[] =>
  dependencies.filter((name) => !text.includes(name));

describe('the package', () => {
  const dependencies = Object.keys(
    packageSchema.parse(JSON.parse(readText('package.json'))).dependencies);

  it('depends on the five packages that were asked for', () => {
    const required = ['axios', 'bonjour-service', 'chalk', 'inquirer', 'jayson'];
    expect(required.filter((name) => !dependencies.includes(name))).toEqual([]);
  });

  it('names every runtime dependency, and so its reason, in the README', () => {
    expect(existsSync(join(root, 'README.md'))).toBe(true);
    expect(unnamed(dependencies, readText('README.md'))).toEqual([]);
    expect(unnamed(['zod', 'left-pad'], 'We use zod.')).toEqual(['left-pad']);
  });

  it('records no download addresses in its lock file', () => {
    expect(readText('package-lock.json')).not.toMatch(/"resolved": *"http/);
  });
});

/** Rows of tables that have more or fewer cells than the first row, by line number. */
function brokenRows(text: string): number[] {
  let cells = 0;
  return text.split('\n').flatMap((line, at) => {
    if (!line.startsWith('|')) {
      cells = 0;
      return [];
    }
    // A bar in code or behind a backslash parts nothing.
    const count = line.replaceAll(/`[^`]*`|\\\|/g, '').split('|').length;
    cells ||= count;
    return count === cells ? [] : [at + 1];
  });
}

describe('the documents', () => {
  const inDocs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const documents = ['README.md', 'ARCHITECTURE.md', ...inDocs.map((name) => `docs/${name}`)];

  it.each(documents)('%s has whole rows in its tables', (name) => {
    expect(brokenRows(readText(name))).toEqual([]);
  });

  it('that have a row too long or too short are found', () => {
    const sound = '| a | b |\n| - | - |\n| `x|y` | 1\\|2 |\n\n| c |\n| - |\n';
    expect(brokenRows(sound)).toEqual([]);
    expect(brokenRows(`${sound}| 1 | 2 |\n\n| a | b |\n| - |`)).toEqual([7, 10]);
  });
});
