import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../tools/simulator/mutants/catalogue.ts';
import { whyNotApplicable } from '../tools/simulator/mutants/judge.ts';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

const simulate = (...args: string[]): Promise<{ code: number; out: string }> =>
  new Promise((resolve) => {
    const command = [`${dist}tools/orderly.js`, 'simulate', ...args];
    execFile(process.execPath, command, (error, stdout) =>
      resolve({ code: error === null ? 0 : Number(error.code), out: stdout }),
    );
  });

const lines = (out: string): Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Found by one of the first seeds, in every part that the simulator runs. */
const quick = [
  'backup-acks-before-fsync',
  'primary-counts-itself-before-fsync',
  'commit-on-majority',
  'restarted-primary-resumes',
  'epoch-not-persisted',
  'elects-non-member',
  'cancel-not-deduplicated',
];

describe('the planted bugs', () => {
  it('fit the compiled modules, all of them, and have names of their own', () => {
    expect(catalogue.flatMap((mutant) => whyNotApplicable(mutant, dist) ?? [])).toEqual([]);
    const names = catalogue.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(catalogue.filter(({ origin }) => origin === 'protocol')).toHaveLength(35);
  });

  it('are found, the quick ones, and the program as it is passes the same seeds', async () => {
    const { code, out } = await simulate('--mutant', quick.join(','), '--json');
    const all = lines(out);
    expect(all.filter(({ kind }) => kind === 'found')).toHaveLength(quick.length);
    expect(all.at(-1)).toMatchObject({ event: 'summary', survived: 0, broken: 0, falseAlarms: 0 });
    expect(code).toBe(0);
  });

  it('end with exit code 2 when there is no bug of that name', async () => {
    expect((await simulate('--mutant', 'no-such-bug')).code).toBe(2);
  });
});
