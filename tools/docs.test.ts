import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { outdated } from './docs.ts';

const docs = fileURLToPath(new URL('../docs', import.meta.url));

describe('docs/', () => {
  it('holds what the tables say; when this fails, look whether clients still understand us, and '
    + 'write them anew with `orderly docs`', async () => {
    expect(await outdated(docs)).toEqual([]);
  });
});
