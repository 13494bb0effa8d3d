import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { must } from '../../shared/runtime/assert.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Opening } from './engine-host.ts';
import { refusalToOpen } from './engine-host.ts';
import { JobLoop } from './job-loop.ts';
import type { NumberedJob } from './job-messages.ts';
import { SqliteEngine } from './sqlite-engine.ts';
import type { EngineOptions } from './sqlite-engine.ts';

/** The storage thread: one engine and its loop. A flush may block it for long, and nothing else. */

const port = must(parentPort, 'this file runs as a worker thread');

const engine = open(workerData as EngineOptions);
if (engine !== null) {
  const loop = new JobLoop(engine, (reply) => port.postMessage(reply), systemClock);
  port.on('message', (jobs: NumberedJob[]) => {
    loop.enqueue(jobs);
    // Everything that came while the last transaction was being flushed goes into the next one.
    for (;;) {
      const more = receiveMessageOnPort(port) as { message: NumberedJob[] } | undefined;
      if (more === undefined) break;
      loop.enqueue(more.message);
    }
    loop.run();
  });
}

function open(options: EngineOptions): SqliteEngine | null {
  let opening: Opening;
  let opened: SqliteEngine | null = null;
  try {
    opened = new SqliteEngine(options, systemClock);
    opening = { opened: opened.image };
  } catch (error) {
    opening = refusalToOpen(error);
  }
  port.postMessage(opening);
  return opened;
}
