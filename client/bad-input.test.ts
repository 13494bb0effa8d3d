import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runClient } from './main.ts';
import { FrontEndStandin } from './testing/front-end.ts';
import { oneShot, wholeOrder, type OneShot, type Ran } from './testing/one-shot.ts';
import { testTerminal } from './testing/test-io.ts';

let server: FrontEndStandin;
let url: string;
let home: string;
beforeEach(async () => {
  server = new FrontEndStandin();
  url = await server.start();
  home = mkdtempSync(join(tmpdir(), 'orderly-client-'));
});
afterEach(() => server.stop());

const run = (argv: string[], more: Partial<OneShot> = {}): Promise<Ran> =>
  oneShot(argv, { url, home, ...more });

describe('orderly client place refuses unusable input with exit code 2 and sends nothing', () => {
  const badFiles: [string, string | Buffer][] = [
    ['binary', Buffer.from([0, 255, 254, 1, 2, 3])],
    ['CSV with a byte order mark', '\ufeffsku,qty\r\nsoup,1\r\n'],
    ['unbalanced quotes', '{"customer": "Ann}'],
    ['an empty file', ''],
    ['an array', '[]'],
    ['null', 'null'],
    ['a file beyond 256 KiB', `"${'x'.repeat(300_000)}"`],
    ['200,000 nested arrays', '['.repeat(200_000)],
    ['a prototype key', '{"__proto__": {"admin": true}}'],
    ['wrong types all over', '{"customer": 5, "delivery": [], "lines": {"a": 1}, "notes": 7}'],
    ['an unknown field', '{"total": 1, "lines": [{"sku": "roll", "quantity": 1}]}'],
    ['a lone surrogate', '{"notes": "\\ud800"}'],
  ];
  for (const [what, content] of badFiles) {
    it(`--input: ${what}`, async () => {
      const file = join(home, 'order.json');
      writeFileSync(file, content);
      const fromFile = await run(['place', ...wholeOrder, '--input', file, '--yes']);
      // Flags fill in what is wrong in the customer, but nothing else.
      expect([fromFile.code, server.seen.length]).toEqual([2, 0]);
      const fromStdin = await run(
        ['place', ...wholeOrder, '--input', '-', '--yes'], { stdin: content },
      );
      expect([fromStdin.code, server.seen.length]).toEqual([2, 0]);
      expect(fromStdin.err()).not.toMatch(/\n\s+at /);
    });
  }

  it('--input of an order that would be fine if it were smaller', async () => {
    const file = join(home, 'order.json');
    writeFileSync(file, `{"notes": "fine"${' '.repeat(256 * 1024)}}`);
    const { code, err } = await run(['place', ...wholeOrder, '--input', file, '--yes']);
    expect([code, server.seen.length]).toEqual([2, 0]);
    expect(err()).toContain('larger than 256 KiB');
  });

  it('--input of a folder, and of a file that is not there', async () => {
    for (const file of [home, join(home, 'missing.json')]) {
      const { code, err } = await run(['place', '--input', file, '--yes']);
      expect(code).toBe(2);
      expect(err()).toMatch(/^error: --input can not be used: .*\((EISDIR|ENOENT)\)\.\n/);
    }
  });

  it('an endless stdin: cut at 256 KiB', async () => {
    const terminal = testTerminal({ home, env: { ORDERLY_URL: url } });
    const piece = Buffer.alloc(64 * 1024, 'x');
    const feed = (): void => {
      if (!terminal.stdin.destroyed) terminal.stdin.write(piece, () => { setImmediate(feed); });
    };
    terminal.stdin.on('error', () => undefined);
    feed();
    expect(await runClient(['place', '--input', '-', '--yes'], terminal.io)).toBe(2);
    expect(terminal.err()).toContain('larger than 256 KiB');
    terminal.stdin.destroy();
  });

  const badFlags: [string, string[]][] = [
    ['quantity 0', ['--item', 'soup:0']],
    ['quantity -1', ['--item', 'soup:-1']],
    ['quantity 1.5', ['--item', 'soup:1.5']],
    ['quantity 100', ['--item', 'soup:100']],
    ['quantity text', ['--item', 'soup:two']],
    ['an empty item', ['--item', '']],
    ['an item of 10,000 characters', ['--item', 'x'.repeat(10_000)]],
    ['a name of control characters', ['--name', '\u001b[2J\u0007']],
    ['a name of 100,000 characters', ['--name', 'n'.repeat(100_000)]],
    ['a phone of letters', ['--phone', 'call me']],
    ['an address of 64 KiB', ['--address', 'a'.repeat(65_536)]],
    ['a postcode of 100,000 characters', ['--postcode', 'D'.repeat(100_000)]],
    ['an empty key', ['--key', '']],
    ['a key of 257 characters', ['--key', 'k'.repeat(257)]],
    ['a key with a line break', ['--key', 'key-key\nkey']],
    ['a total that is no amount', ['--expect-total', '1e9']],
    ['a time that is no number', ['--timeout', 'soon']],
    ['a time of 0', ['--timeout', '0']],
    ['an address of a server that is no URL', ['--url', 'not a url']],
    ['a server by file:', ['--url', 'file:///etc/passwd']],
    ['a server with a password', ['--url', 'http://a:b@127.0.0.1']],
    ['a token with a line break', ['--token', 'a\r\nx: y']],
    ['an unknown option', ['--colour']],
    ['an option without its value', ['--name']],
  ];
  for (const [what, flags] of badFlags) {
    it(what, async () => {
      const { code, err, out } = await run(['place', ...wholeOrder, '--yes', ...flags]);
      expect(code).toBe(2);
      expect(server.seen).toHaveLength(0);
      expect(out()).toBe('');
      expect(err()).toMatch(/^error: .+\n/);
      expect(err().length).toBeLessThan(6_000);
      expect(err()).not.toMatch(/\n\s+at /);
      for (const control of ['\u001b', '\u0007']) expect(err()).not.toContain(control);
    });
  }

  it('tells a usage error as a problem object with --json', async () => {
    const { code, out, err } = await run(['place', '--json', '--itm', 'soup']);
    expect(code).toBe(2);
    expect(err()).toBe('');
    expect(JSON.parse(out())).toMatchObject({
      code: 'usage', exit_code: 2, fixes: ['Did you mean --item?', 'see `orderly client --help`'],
    });
  });
});
