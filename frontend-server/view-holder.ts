import { join } from 'node:path';
import type { ReplicaStatus } from '../shared/contract/replica.ts';
import type { View } from '../shared/contract/view.ts';
import { viewSchema } from '../shared/contract/view.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { readKept, replaceFile } from './kept-file.ts';
import type { Adoption, Belief, PrimaryTracker } from './primary-tracker.ts';

/**
 * The tracker's belief with what surrounds it: the last view document is kept in the data folder
 * (view.json), so that a front end can start while the name server is away, and those who follow
 * the primary are told when it moves.
 */
export class ViewHolder {
  readonly #tracker: PrimaryTracker;
  readonly #file: string;
  readonly #logger: Logger;
  readonly #isSealed: (view: View) => boolean;
  readonly #moved: ((belief: Belief) => void)[] = [];
  readonly #adopted: ((view: View) => void)[] = [];
  #saving: Promise<void> | null = null;
  #unsaved = false;

  constructor(options: {
    tracker: PrimaryTracker; dir: string; logger: Logger;
    /** Whether the name server of this cluster made the document. */
    isSealed: (view: View) => boolean;
  }) {
    this.#tracker = options.tracker;
    this.#isSealed = options.isSealed;
    this.#file = join(options.dir, 'view.json');
    this.#logger = options.logger;
  }

  get view(): View | null {
    return this.#tracker.view;
  }

  get belief(): Belief | null {
    return this.#tracker.belief;
  }

  /** Called when requests go to another primary, or another process, from now on. */
  onMoved(listener: (belief: Belief) => void): void {
    this.#moved.push(listener);
  }

  /** Called with every newer view. */
  onAdopted(listener: (view: View) => void): void {
    this.#adopted.push(listener);
  }

  /** Takes up the view of an earlier run. A file that can not be read is not used. */
  load(): void {
    try {
      const text = readKept(this.#file);
      if (text === null) return;
      const view = viewSchema.parse(JSON.parse(text));
      if (this.#isSealed(view)) this.#tracker.adopt(view);
      else this.#logger.warn({}, 'the kept view is not of this cluster, starting without one');
    } catch (error) {
      this.#logger.warn({ err: error }, 'the kept view can not be read, starting without one');
    }
  }

  /** Adopts a view from the name server or a back end, when it is newer. */
  adopt(view: View, from: string): Adoption {
    const before = this.#tracker.belief;
    // Beats bring the same document again and again: the seal is checked when it would matter.
    if (view.docHash === this.#tracker.view?.docHash) return 'known';
    const adoption = this.#isSealed(view) ? this.#tracker.adopt(view) : 'foreign';
    if (adoption === 'foreign') {
      this.#logger.error(
        { from, viewNumber: view.viewNumber, clusterId: view.clusterId, lineage: view.lineage },
        'a view with a wrong seal, or of another cluster or lineage, was refused',
      );
    }
    if (adoption !== 'newer') return adoption;
    this.#logger.info(
      { from, viewNumber: view.viewNumber, epoch: view.epoch, primary: view.primary,
        inSync: view.inSync.length, reason: view.reason },
      'view adopted',
    );
    this.#save();
    this.#tellWhenMoved(before);
    for (const listener of this.#adopted) listener(view);
    return adoption;
  }

  /** Follows a member that says it is the primary of a higher view. */
  claim(status: ReplicaStatus): boolean {
    const before = this.#tracker.belief;
    if (!this.#tracker.claim(status)) return false;
    this.#logger.info(
      { viewNumber: status.viewNumber, epoch: status.epoch, primary: status.storeId },
      'following a member that says it is the primary of a higher view',
    );
    this.#tellWhenMoved(before);
    return true;
  }

  /** Resolves when the newest view is in the file. */
  async flushed(): Promise<void> {
    while (this.#saving !== null) await this.#saving;
  }

  #tellWhenMoved(before: Belief | null): void {
    const now = this.#tracker.belief;
    if (now === null || (before !== null && !this.#tracker.movedSince(before))) return;
    for (const listener of this.#moved) listener(now);
  }

  #save(): void {
    this.#unsaved = true;
    this.#saving ??= this.#write().finally(() => { this.#saving = null; });
  }

  async #write(): Promise<void> {
    while (this.#unsaved) {
      this.#unsaved = false;
      try {
        await replaceFile(this.#file, `${JSON.stringify(this.#tracker.view)}\n`);
      } catch (error) {
        // The file only helps at a start without a name server: requests go on without it.
        this.#logger.warn({ err: error }, 'the view could not be kept on disk');
      }
    }
  }
}
