import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parts, surfaces } from './bad-input.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['backend-server', 'client', 'frontend-server', 'nameserver', 'shared', 'tests'];
const texts = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8')));

describe('the list of bad input', () => {
  it.each(Object.entries(surfaces))('is tested at %s, row by row', (surface, all) => {
    const tested = Object.values(parts)
      .flatMap(({ of, rows }) => ((of as readonly string[]).includes(surface) ? rows : []));
    expect(all.filter((row) => !tested.includes(row))).toEqual([]);
  });

  it.each(Object.keys(parts))('has its part "%s" in one file of tests', (part) => {
    expect(texts.filter((text) => text.includes(`badInput('${part}'`))).toHaveLength(1);
  });
});
