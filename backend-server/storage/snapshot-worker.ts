import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../../shared/runtime/assert.ts';
import { describeError, makesFileDoubtful } from './damage.ts';
import type { CopyOutcome } from './engine-host.ts';
import { copyStore } from './snapshot-copy.ts';

/** A thread that makes one copy of a store and ends. */

const { storeFile, target } = workerData as { storeFile: string; target: string };

function outcome(): CopyOutcome {
  try {
    return { copied: copyStore(storeFile, target) };
  } catch (error) {
    return { failed: describeError(error), damaged: makesFileDoubtful(error) };
  }
}

must(parentPort, 'this file runs as a worker thread').postMessage(outcome());
