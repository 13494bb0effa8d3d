import { Worker } from 'node:worker_threads';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { ErrorCode, ErrorData } from '../../shared/contract/errors.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { SnapshotOffer } from '../replication/events.ts';
import { DamageError, describeError } from './damage.ts';
import { JobLoop } from './job-loop.ts';
import type { NumberedJob, Reply } from './job-messages.ts';
import { copyStore } from './snapshot-copy.ts';
import { SqliteEngine } from './sqlite-engine.ts';
import type { EngineOptions } from './sqlite-engine.ts';
import type { StorageImage } from './storage.ts';
import { storageFailure } from './storage-failure.ts';

export type CopyFacts = Omit<SnapshotOffer, 'snapshotId'>;

/** Where an engine runs. */
export interface EngineHost {
  readonly image: StorageImage;
  /** Jobs are executed in the order posted, over all calls. */
  post(jobs: NumberedJob[]): void;
  /** Copies the committed state into an empty file while jobs go on. */
  copy(storeFile: string, target: string): Promise<CopyFacts>;
  /** Ends the engine without any further write. */
  stop(): Promise<void>;
}

/** What the thread of a copy says; an error keeps its class only within a thread. */
export type CopyOutcome = { copied: CopyFacts } | { failed: string; damaged: boolean };

/** First message of the worker: the engine has opened its store, or could not. */
export type Opening =
  | { opened: StorageImage }
  | { refused: { code: ErrorCode; detail: string; data: ErrorData } };

type Refused = Extract<Opening, { refused: unknown }>;

/** Why a store could not be opened, in a form that travels between threads. */
export function refusalToOpen(error: unknown): Refused {
  const told = error instanceof OrderlyError ? error : storageFailure(describeError(error));
  return { refused: { code: told.code, detail: told.message, data: told.data } };
}

/**
 * A worker thread where the program is compiled. From TypeScript sources, as in unit tests, a
 * thread of Node 20 can not be started: there the same engine and loop run on the calling thread.
 */
export const startEngine = (
  options: EngineOptions, reply: (reply: Reply) => void, clock: Clock,
): Promise<EngineHost> => (import.meta.url.endsWith('.ts')
  ? startHere(options, reply, clock)
  : startWorker(options, reply));

async function startHere(
  options: EngineOptions, reply: (reply: Reply) => void, clock: Clock,
): Promise<EngineHost> {
  const engine = openEngine(options, clock);
  const loop = new JobLoop(engine, reply, clock);
  return {
    image: engine.image,
    post(jobs) {
      loop.enqueue(jobs);
      setImmediate(() => loop.run());
    },
    copy: async (storeFile, target) => copyStore(storeFile, target),
    stop: async () => loop.end(),
  };
}

function openEngine(options: EngineOptions, clock: Clock): SqliteEngine {
  try {
    return new SqliteEngine(options, clock);
  } catch (error) {
    throw refusalOf(refusalToOpen(error));
  }
}

const refusalOf = ({ refused: { code, detail, data } }: Refused): OrderlyError =>
  new OrderlyError(code, detail, data);

async function startWorker(
  options: EngineOptions, reply: (reply: Reply) => void,
): Promise<EngineHost> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: options, name: 'storage',
  });
  const image = await opening(worker);
  let stopping = false;
  worker.on('message', reply);
  worker.on('error', (error) => reply({ failed: describeError(error) }));
  worker.on('exit', () => {
    if (!stopping) reply({ failed: 'the storage thread has ended' });
  });
  return {
    image,
    post: (jobs) => worker.postMessage(jobs),
    copy: copyInWorker,
    async stop() {
      stopping = true;
      await worker.terminate();
    },
  };
}

function opening(worker: Worker): Promise<StorageImage> {
  return new Promise((resolve, reject) => {
    worker.once('error', (error) => reject(storageFailure(describeError(error))));
    worker.once('message', (message: Opening) => {
      worker.removeAllListeners('error');
      if ('opened' in message) resolve(message.opened);
      else reject(refusalOf(message));
    });
  });
}

/** A thread for this one copy. */
function copyInWorker(storeFile: string, target: string): Promise<CopyFacts> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./snapshot-worker.js', import.meta.url), {
      workerData: { storeFile, target }, name: 'snapshot',
    });
    worker.once('message', (outcome: CopyOutcome) => {
      if ('copied' in outcome) resolve(outcome.copied);
      else if (outcome.damaged) reject(new DamageError(outcome.failed));
      else reject(new OrderlyError('unavailable', outcome.failed));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(storageFailure('the thread of a copy has ended')));
  });
}
