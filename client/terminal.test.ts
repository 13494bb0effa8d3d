import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Failure } from './failure.ts';
import { decideColour, safeJson, Terminal } from './terminal.ts';
import { testTerminal } from './testing/test-io.ts';

const decide = (
  env: Record<string, string>, isTty: boolean, wish: 'auto' | 'always' | 'never' = 'auto',
): boolean => decideColour({ wish, env, isTty });

describe('decideColour', () => {
  it('gives colour to a terminal only', () => {
    expect([decide({}, true), decide({}, false)]).toEqual([true, false]);
  });

  it('obeys NO_COLOR unless it is empty, then FORCE_COLOR, then TERM=dumb', () => {
    expect(decide({ NO_COLOR: '1' }, true)).toBe(false);
    expect(decide({ NO_COLOR: '' }, true)).toBe(true);
    expect(decide({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
    expect(decide({ FORCE_COLOR: '1' }, false)).toBe(true);
    expect(decide({ FORCE_COLOR: '' }, false)).toBe(true);
    expect(decide({ FORCE_COLOR: '0' }, true)).toBe(false);
    expect(decide({ FORCE_COLOR: 'false' }, true)).toBe(false);
    expect(decide({ TERM: 'dumb' }, true)).toBe(false);
    expect(decide({ TERM: 'dumb', FORCE_COLOR: '1' }, true)).toBe(true);
  });

  it('obeys the flag before all of them', () => {
    expect(decide({ NO_COLOR: '1' }, false, 'always')).toBe(true);
    expect(decide({ FORCE_COLOR: '1' }, true, 'never')).toBe(false);
  });
});

describe('Terminal', () => {
  it('tells the libraries what was decided, and never leaves both variables set', () => {
    const { io } = testTerminal({ env: { NO_COLOR: '1' } });
    io.stdout.isTTY = true;
    expect(new Terminal(io).screen.paint.red('x')).toBe('x');
    expect(io.env).toEqual({ FORCE_COLOR: '0' });
    const forced = testTerminal({ env: { NO_COLOR: '1' } }).io;
    expect(new Terminal(forced, 'always').screen.paint.red('x')).toBe('\u001b[31mx\u001b[39m');
    expect(forced.env).toEqual({ FORCE_COLOR: '1' });
    const tty = testTerminal().io;
    tty.stdout.isTTY = true;
    expect(new Terminal(tty).screen.paint.red('x')).toBe('\u001b[31mx\u001b[39m');
    expect(tty.env).toEqual({});
  });

  it('asks nobody unless stdin and stderr are a terminal', () => {
    const { io } = testTerminal();
    expect(new Terminal(io).canAsk).toBe(false);
    io.stdin.isTTY = true;
    expect(new Terminal(io).canAsk).toBe(false);
    io.stderr.isTTY = true;
    expect(new Terminal(io).canAsk).toBe(true);
  });

  it('goes on in silence when the reader of stdout has left', async () => {
    const { io, err } = testTerminal();
    io.stdout = brokenBy('EPIPE');
    const terminal = new Terminal(io);
    for (let n = 0; n < 5; n++) {
      terminal.print('x');
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    await terminal.flush();
    expect(err()).toBe('');
  });

  it('fails when a result could not be written', async () => {
    const { io } = testTerminal();
    io.stdout = brokenBy('ENOSPC');
    const terminal = new Terminal(io);
    terminal.print('x');
    await expect(terminal.flush()).rejects.toThrow(Failure);
  });
});

function brokenBy(code: string): Writable {
  return new Writable({
    autoDestroy: false,
    write: (_piece, _encoding, done) => {
      done(Object.assign(new Error(code), { code }));
    },
  });
}

describe('safeJson', () => {
  it('is the same value without characters that steer a terminal', () => {
    const value = { name: '\u001b[2J\u009b\u202e\u200b\ufeff\u{e0041}😀 é', n: [1, null] };
    const text = safeJson(value);
    expect(JSON.parse(text)).toEqual(value);
    for (const one of ['\u001b', '\u009b', '\u202e', '\u200b', '\ufeff', '\u{e0041}']) {
      expect(text).not.toContain(one);
    }
    expect(text).toContain('😀 é');
  });
});
