import { createLogger } from '../logger.ts';
import { printReady, untilStopped } from '../lifecycle.ts';

/** A program that does nothing until it is stopped; the argument says how it stops. */
const [how = 'well', form = 'json', stopMsMax] = process.argv.slice(2);
const logger = createLogger({ role: 'test', id: 't-1', level: 'info', format: 'json' });
const alive = setInterval(() => {}, 1_000);

async function stop(): Promise<void> {
  logger.info({ how }, 'stop was called');
  if (how === 'never') await new Promise(() => {});
  if (how === 'badly') throw new TypeError('stopping went wrong');
  clearInterval(alive);
}

const stopped = stopMsMax === undefined
  ? untilStopped(stop, logger) : untilStopped(stop, logger, Number(stopMsMax));
printReady(form === 'json', { role: 'test', id: 't-1', url: 'http://127.0.0.1:1' });
// These two are what must not happen in a program, and what it has to survive in a known way.
if (how === 'throws') setImmediate(() => { throw new RangeError('nobody caught this'); });
if (how === 'rejects') void Promise.reject(new RangeError('nobody awaited this'));
process.exitCode = await stopped;
clearInterval(alive);
if (how === 'lingers') setTimeout(() => {}, 600);
