import { systemClock } from '../shared/runtime/clock.ts';
import { defaultHome } from '../shared/runtime/home-folder.ts';
import { exitCodes } from './failure.ts';
import type { Io } from './terminal.ts';

/** The real terminal. `dispose` takes the signal handlers away again. */
export function processIo(): { io: Io; dispose: () => void } {
  const stop = new AbortController();
  const stopOn = (exitCode: number) => (): void => {
    // A second signal means that waiting for the answer is not wanted either.
    if (stop.signal.aborted) process.exit(exitCode);
    stop.abort(exitCode);
  };
  const onInterrupt = stopOn(exitCodes.interrupted);
  const onTerminate = stopOn(exitCodes.terminated);
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  const io: Io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    home: defaultHome(),
    stop: stop.signal,
    clock: systemClock,
  };
  const dispose = (): void => {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onTerminate);
  };
  return { io, dispose };
}
