import { describe, expect, it } from 'vitest';
import { testTerminal } from '../../client/testing/test-io.ts';
import { runOwn } from '../own-command.ts';
import { readBenchConfig } from './config.ts';
import { benchCommand } from './main.ts';
import { standingText } from './progress.ts';

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const { io, out, err } = testTerminal();
  const code = await runOwn(benchCommand, argv, io);
  return { code, out: out(), err: err() };
}

describe('the arguments of orderly bench', () => {
  it.each([
    [['--duration', '5x'], '--duration is not right: say it like 30, 30s or 2m.'],
    [['--orders', 'many'], '--orders is not right: a number.'],
    [['--mix', 'place,delete'], '--mix is not right: use place, read and list, with commas'],
    [['--warm-up', '1.5'], '--warm-up is not right: a whole number.'],
    [['--url', 'http://127.0.0.1:1'], '--url needs --token as well.'],
    [['--failover', '--suite'], '--failover and --suite do not go together.'],
    [['--fail-worse', '5'], '--fail-worse needs --compare FILE.'],
    [['--compare', '/does/not/exist'], 'The earlier report can not be read'],
    [['--speed'], "unknown option '--speed'"],
  ])('refuses %j before anything is started', async (argv, said) => {
    const { code, out, err } = await run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(said);
  });

  it('takes a time in the unit that is named, seconds where none is', () => {
    const others = { connections: '1', mix: 'place', warmUp: '0', stored: '0', kills: '1' };
    const seconds = (duration: string): unknown =>
      readBenchConfig({ ...others, duration }, {}).amount;
    expect(['30', '1.5s', '500ms', '2m', '1h'].map(seconds)).toEqual(
      [30, 1.5, 0.5, 120, 3_600].map((each) => ({ kind: 'seconds', seconds: each })));
  });
});

describe('the progress of a run', () => {
  const standing = { share: 0.5, elapsedMs: 4_000, acknowledged: 1_000, errors: 2 };

  it('fits the width, with a bar where there is room for one', () => {
    expect(standingText(standing, { width: 60, blocks: false }))
      .toBe('[#########         ]  50%  4 s  1000 done  250/s  2 errors');
    expect(standingText(standing, { width: 40, blocks: true }))
      .toBe(' 50%  4 s  1000 done  250/s  2 errors');
    expect(standingText({ ...standing, share: 3 }, { width: 79, blocks: true }))
      .toContain('█████] 100%');
  });
});
