import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../shared/runtime/clock.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { StartProgress } from './progress.ts';
import { Screen } from './screen.ts';

/** A start that is told step by step; `later` lets time pass. */
function start(redraws: boolean, columns = 80) {
  const out = Object.assign(new PassThrough(), { columns }) as unknown as NodeJS.WriteStream;
  let text = '';
  out.on('data', (piece: Buffer) => { text += piece.toString(); });
  let nowMs = 0;
  let tick = (): void => {};
  const clock: Clock = {
    ...systemClock, nowMs: () => nowMs,
    setRepeating(_everyMs, fn) {
      tick = fn;
      return { cancel: () => { tick = () => {}; } };
    },
  };
  const screen = new Screen({ out, colour: false, redraws, nameWidth: 10 });
  const progress = new StartProgress({ screen, clock, names: ['nameserver', 'backend-1'] });
  const later = (ms: number): void => {
    nowMs += ms;
    tick();
  };
  return { progress, screen, later, text: () => text };
}

describe('the progress of a start', () => {
  it('is a line each where nothing can be written over', () => {
    const { progress, later, text } = start(false);
    progress.ready('nameserver');
    progress.ready('geocoder-primary');
    later(5_000);
    progress.ready('backend-1');
    progress.stop();
    later(5_000);
    expect(text().split('\n')).toEqual([
      'starting (0.0 s): 0 of 2 serve, waiting for nameserver, backend-1',
      'starting (0.0 s): 1 of 2 serve, waiting for backend-1',
      'starting (5.0 s): 1 of 2 serve, waiting for backend-1',
      'starting (5.0 s): all serve, waiting until the back ends are in sync',
      '',
    ]);
  });

  it('turns in one line of a terminal, below what the programs say, never wider than it', () => {
    const { progress, screen, later, text } = start(true, 30);
    later(100);
    screen.log('backend-1', 'hello');
    progress.stop();
    const clear = '\r\u001b[K';
    expect(text()).toBe([
      '| starting (0.0 s): 0 of 2 s…', '/ starting (0.1 s): 0 of 2 s…',
      'backend-1  | hello\n/ starting (0.1 s): 0 of 2 s…', '',
    ].join(clear));
  });
});
