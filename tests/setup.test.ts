import { execFile } from 'node:child_process';
import {
  copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync,
  symlinkSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './source-file.ts';

const run = promisify(execFile);

interface Outcome {
  code: number;
  said: string;
  tookMs: number;
}

/** A clone in small: this project's settings and packages, one source file and one asset. */
describe('tools/setup.mjs', () => {
  const clone = mkdtempSync(join(tmpdir(), 'orderly-setup-'));
  const source = join(clone, 'shared', 'answer.ts');
  const noNpm = join(clone, 'npm-cli.js');
  const built = join(clone, 'dist', 'shared', 'answer.js');

  beforeAll(() => {
    mkdirSync(join(clone, 'tools'));
    mkdirSync(join(clone, 'shared', 'data'), { recursive: true });
    mkdirSync(join(clone, 'backend-server', 'storage'), { recursive: true });
    const files = [
      'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json',
      'tools/setup.mjs', 'tools/bundle.config.mjs',
    ];
    for (const file of files) copyFileSync(join(root, file), join(clone, file));
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
    // Packages that do not fit the lock file must fail the test, never be installed over these.
    writeFileSync(noNpm, 'console.error("npm must not run here"); process.exit(1);\n');
    writeFileSync(source, 'export const answer: number = 41;\n');
    const tells = 'tell(here: string) { console.log(answer, new URL("../data", here).pathname); }';
    writeFileSync(join(clone, 'shared', 'teller.ts'),
      `import { answer } from './answer.ts';\nexport const teller = { ${tells} };\n`
      + 'export const here = import.meta.url;\n');
    const asks = "import { here, teller } from '../shared/teller.ts';\nteller.tell(here);\n";
    for (const [file, text] of [
      ['tools/orderly.ts', asks],
      ['tools/help-texts.ts', "export const helpTexts = async () => ({ up: 'help of up' });\n"],
      ['backend-server/storage/worker.ts', asks.replace('../', '../../')],
      ['backend-server/storage/snapshot-worker.ts', 'export {};\n'],
    ] as const) writeFileSync(join(clone, file), text);
    writeFileSync(join(clone, 'shared', 'data', 'list.csv'), 'a,b\n');
  });
  afterAll(() => { rmSync(clone, { recursive: true, force: true }); });

  const setup = (): Promise<Outcome> => new Promise((resolve) => {
    const startedMs = performance.now();
    const env = { ...process.env, npm_execpath: noNpm };
    const script = join(clone, 'tools', 'setup.mjs');
    execFile(process.execPath, [script], { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, said: stdout + stderr, tookMs: performance.now() - startedMs });
    });
  });

  it('builds what is missing and copies what is no TypeScript', async () => {
    const { code, said } = await setup();
    expect({ code, said }).toEqual({ code: 0, said: 'setup: building dist/\n' });
    expect(readFileSync(built, 'utf8')).toContain('answer = 41');
    expect(existsSync(join(clone, 'dist', 'shared', 'data', 'list.csv'))).toBe(true);
  });

  it('puts the programs into few files, whose modules still know where they belong', async () => {
    const chunks = readdirSync(join(clone, 'dist', 'chunks'));
    expect(chunks).toHaveLength(1);
    rmSync(built);
    for (const program of ['tools/orderly.js', 'backend-server/storage/worker.js']) {
      const { stdout } = await run(process.execPath, [join(clone, 'dist', program)]);
      expect(stdout.trim(), program).toBe(`41 ${join(clone, 'dist', 'data')}`);
    }
  });

  it('says and does nothing when all is there', async () => {
    const { code, said, tookMs } = await setup();
    expect({ code, said }).toEqual({ code: 0, said: '' });
    process.stdout.write(`      nothing to do took ${tookMs.toFixed(0)} ms\n`);
  });

  it('builds again after a change, and leaves nothing of a file that is gone', async () => {
    writeFileSync(source, 'export const answer: number = 42;\n');
    writeFileSync(join(clone, 'shared', 'other.ts'), 'export const other = 1;\n');
    await setup();
    expect(readFileSync(built, 'utf8')).toContain('answer = 42');
    rmSync(join(clone, 'shared', 'other.ts'));
    await setup();
    expect(existsSync(join(clone, 'dist', 'shared', 'other.js'))).toBe(false);
  });

  it('fails with what, why and what next when a source is wrong, until it is mended', async () => {
    writeFileSync(source, 'export const answer: number = "42";\n');
    for (let n = 0; n < 2; n++) {
      const { code, said } = await setup();
      expect(code).toBe(1);
      expect(said).toMatch(/^error: The sources do not compile\.$/m);
      expect(said).toMatch(/^cause: shared\/answer\.ts.*TS2322/m);
      expect(said).toMatch(/\nfix: /);
    }
    writeFileSync(source, 'export const answer: number = 43;\n');
    expect((await setup()).code).toBe(0);
    expect(readFileSync(built, 'utf8')).toContain('answer = 43');
  });

  it('two at a time: one waits for the other, both succeed', async () => {
    writeFileSync(source, 'export const answer: number = 44;\n');
    const both = await Promise.all([setup(), setup()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ said }) => said.includes('building'))).toHaveLength(1);
  });
});
