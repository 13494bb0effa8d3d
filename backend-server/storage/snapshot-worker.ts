import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../../shared/runtime/assert.ts';
import { copyStore } from './snapshot-copy.ts';

/** A thread that makes one copy of a store and ends. */

const { storeFile, target } = workerData as { storeFile: string; target: string };
must(parentPort, 'this file runs as a worker thread').postMessage(copyStore(storeFile, target));
