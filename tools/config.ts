import type { Io } from '../client/terminal.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { defaultHome } from '../shared/runtime/home-folder.ts';

/** True when the process that started this one asks it to end together with it. */
export const startedWithParentPipe = (): boolean => process.env['ORDERLY_PARENT_PIPE'] === '1';

/** The real terminal of a program that minds signals itself. */
export const watchingIo = (): Io => ({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  home: defaultHome(),
  stop: new AbortController().signal,
  clock: systemClock,
});
