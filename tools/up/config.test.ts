import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { readUpConfig } from './config.ts';
import { upOptions } from './options.ts';

describe('how many back ends `orderly up` starts', () => {
  const data = mkdtempSync(join(tmpdir(), 'orderly-up-'));
  afterAll(() => rmSync(data, { recursive: true }));
  const backends = (...args: string[]): number =>
    readUpConfig(upOptions(new Command()).parse(args, { from: 'user' }).opts()).backends;

  it('is three, or all that the folder has, or as many as were asked for', () => {
    expect([backends(), backends('--data', join(data, 'new'))]).toEqual([3, 3]);
    for (let n = 1; n <= 5; n++) mkdirSync(join(data, `backend-${n}`));
    mkdirSync(join(data, 'frontend-1'));
    expect(backends('--data', data)).toBe(5);
    expect(backends('--data', data, '--backends', '2')).toBe(2);
  });
});
