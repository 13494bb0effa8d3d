import type { Logger } from './logger.ts';

/** sysexits EX_SOFTWARE: ended by an error that nobody expected. */
const exitSoftware = 70;
/** sysexits EX_IOERR: the disk failed, and what is on it has to be looked at by a new process. */
const exitStorage = 74;
const usualStopMsMax = 10_000;

/** A write failed in a way that nobody can undo (PROTOCOL H16): nothing more is promised. */
export function leaveStorageFailed(logger: Logger, why: string): never {
  logger.error({ why }, 'the disk of this program failed: it leaves, nothing more is promised');
  process.exit(exitStorage);
}

/**
 * Waits for SIGTERM or SIGINT, runs `stop` once and resolves with exit code 0 (1 when it failed).
 * The process ends with 1 at a second signal and after stopMsMax of stopping, with 70 after
 * an exception that nobody caught.
 */
export function untilStopped(
  stop: () => Promise<void>, logger: Logger, stopMsMax = usualStopMsMax,
): Promise<number> {
  return new Promise((resolve) => {
    let stopping = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (stopping) process.exit(1);
      stopping = true;
      logger.info({ signal }, 'stopping');
      const tooLong = setTimeout(() => {
        logger.error({ stopMsMax }, 'stopping took too long, leaving now');
        process.exit(1);
      }, stopMsMax).unref();
      // Started inside a promise, so that a synchronous exception of stop is a rejection too.
      Promise.resolve().then(stop).then(
        () => resolve(0),
        (err: unknown) => {
          logger.error({ err }, 'stopping failed');
          resolve(1);
        },
      ).finally(() => { clearTimeout(tooLong); });
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    const onFatal = (err: unknown): void => {
      logger.error({ err }, 'unexpected error, leaving now');
      process.exit(exitSoftware);
    };
    process.on('uncaughtException', onFatal);
    process.on('unhandledRejection', onFatal);
  });
}

/** Prints the one line on stdout that tells a launcher or a person that the program serves. */
export function printReady(
  json: boolean,
  facts: { role: string; id: string; url: string; [fact: string]: unknown },
): void {
  // The reader may close its end (orderly ... | head); a program that serves goes on.
  process.stdout.on('error', () => {});
  const { role, id, url, ...rest } = facts;
  const line = json
    ? JSON.stringify({ event: 'ready', role, id, url, pid: process.pid, ...rest })
    : `${role} ${id} is ready at ${url} (pid ${process.pid})`;
  process.stdout.write(`${line}\n`);
}
