import { register } from 'node:module';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Edit } from './mutants/mutant.ts';
import type { RunOptions, RunResult } from './run.ts';

/**
 * One process that runs seeds as it is told over IPC. It loads the simulator only after its edits
 * are known: a mutant is this process with one module edited while it was loaded.
 */
export interface Task {
  id: number;
  seed: number;
  overrides: Partial<RunOptions>;
}

/** `crash` is the stack of an error that is no judgement: the edit or the simulator is wrong. */
export type Report = { id: number; result: RunResult } | { id: number; crash: string };

const isTask = (message: unknown): message is Task =>
  typeof message === 'object' && message !== null && 'seed' in message;

const isEdits = (message: unknown): message is { edits: readonly Edit[] } =>
  typeof message === 'object' && message !== null && 'edits' in message;

const work = async (task: Task): Promise<Report> => {
  try {
    const { runSeed } = await import('./run.ts');
    const result = runSeed(task.seed, task.overrides);
    // The trace is long and only wanted from runs that failed.
    return { id: task.id, result: result.violation === null ? { ...result, trace: [] } : result };
  } catch (error) {
    return { id: task.id, crash: error instanceof Error ? String(error.stack) : String(error) };
  }
};

process.on('message', (message: unknown) => {
  if (isEdits(message)) {
    if (message.edits.length === 0) return;
    register('./mutants/hook.js', import.meta.url, { data: message });
    return;
  }
  if (!isTask(message)) throw new OrderlyError('internal', 'This is no task.');
  void work(message).then((report) =>
    // The channel may be closed by now: then nobody wants to know any more.
    process.send?.(report, undefined, undefined, () => {}),
  );
});
// Ctrl-C is for the parent, which ends us by closing the channel.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
