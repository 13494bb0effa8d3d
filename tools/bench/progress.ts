import type { Clock } from '../../shared/runtime/clock.ts';
import type { Io } from '../../client/terminal.ts';
import { bar } from './histogram.ts';
import type { Drawing } from './histogram.ts';

/** How far a run is. */
export interface Standing {
  /** 0 to 1. */
  share: number;
  elapsedMs: number;
  acknowledged: number;
  errors: number;
}

const onTerminalEveryMs = 200;
const inFileEveryMs = 5_000;
const barMax = 30;

/** One line, like `[####      ]  40%  4 s  1203 done  301/s`; no bar where it is narrow. */
export function standingText(standing: Standing, { width, blocks }: Drawing): string {
  const { share, elapsedMs, acknowledged, errors } = standing;
  const done = Math.min(Math.max(share, 0), 1);
  const seconds = elapsedMs / 1_000;
  const words = [
    `${Math.floor(done * 100)}%`.padStart(4), `${seconds.toFixed(0)} s`, `${acknowledged} done`,
    `${(acknowledged / Math.max(seconds, 0.001)).toFixed(0)}/s`,
    ...errors > 0 ? [`${errors} errors`] : [],
  ].join('  ');
  const columns = Math.min(width - words.length - 5, barMax);
  return columns < 4 ? words : `[${bar(done, columns, blocks).padEnd(columns)}] ${words}`;
}

/** On a terminal a line that is written over, elsewhere a plain line each five seconds. */
export function showProgress(
  stream: Io['stderr'], clock: Clock, { ask, blocks }: { ask: () => Standing; blocks: boolean },
): { end: () => void } {
  const terminal = stream.isTTY === true;
  const ticker = clock.setRepeating(terminal ? onTerminalEveryMs : inFileEveryMs, () => {
    const width = terminal ? (stream.columns ?? 80) - 1 : 0;
    const text = standingText(ask(), { width, blocks });
    stream.write(terminal ? `\r\u001b[K${text}` : `bench: ${text.trimStart()}\n`);
  });
  return {
    end: () => {
      ticker.cancel();
      if (terminal) stream.write('\r\u001b[K');
    },
  };
}
