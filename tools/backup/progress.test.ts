import { expect, it } from 'vitest';
import { Failure } from '../../client/failure.ts';
import { testTerminal, type TestTerminal } from '../../client/testing/test-io.ts';
import { Progress } from './progress.ts';

/** A work of 20 s, told of each second. */
function shown(
  stderr: { isTTY: boolean; columns?: number }, env: Record<string, string> = {},
): { text: string; progress: Progress; terminal: TestTerminal } {
  const terminal = testTerminal({ env });
  let nowMs = 0;
  Object.assign(terminal.io.stderr, stderr);
  terminal.io.clock = { ...terminal.io.clock, nowMs: () => nowMs };
  const work = { doing: 'restoring', undone: 'nothing was restored.' };
  const progress = new Progress(terminal.io, false, work);
  for (let second = 1; second <= 20; second++) {
    nowMs = second * 1_000;
    progress.show(second * 1_000_000, 20_000_000);
  }
  return { text: terminal.err(), progress, terminal };
}

it('is a line each 5 s where nobody watches, and on a terminal that can not draw', () => {
  const { text } = shown({ isTTY: false });
  expect(text.split('\n')).toEqual([
    'restoring: 5.0 MB of 20.0 MB, 5 s, 15 s left',
    'restoring: 10.0 MB of 20.0 MB, 10 s, 10 s left',
    'restoring: 15.0 MB of 20.0 MB, 15 s, 5 s left',
    'restoring: 20.0 MB of 20.0 MB, 20 s, 0 s left',
    '',
  ]);
  expect(shown({ isTTY: true }, { TERM: 'dumb' }).text).toBe(text);
});

it.each([80, 40, 20])('is a bar that fits into %i columns', (columns) => {
  const drawn = shown({ isTTY: true, columns }).text.split('\r\u001b[2K').slice(1);
  expect(drawn).toHaveLength(20);
  expect(Math.max(...drawn.map((line) => line.length))).toBeLessThan(columns);
  if (columns === 80) expect(drawn[9]).toBe('[############------------] '
    + '10.0 MB of 20.0 MB, 10 s, 10 s left');
});

it('says what is left undone when it is stopped', () => {
  const { progress, terminal } = shown({ isTTY: false });
  terminal.stop.abort(130);
  expect(() => progress.show(1, 2)).toThrow(Failure);
  expect(progress.stopped().facts).toMatchObject(
    { exitCode: 130, what: 'Stopped: nothing was restored.' });
});
