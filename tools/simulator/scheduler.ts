import { must } from '../../shared/runtime/assert.ts';

interface Due {
  atMs: number;
  order: number;
  run: () => void;
}

/** Virtual time: a binary heap of (time, order of insertion, function). */
export class Scheduler {
  nowMs = 0;
  steps = 0;
  readonly #heap: Due[] = [];
  #order = 0;

  after(delayMs: number, run: () => void): void {
    this.#order += 1;
    const due: Due = { atMs: this.nowMs + delayMs, order: this.#order, run };
    const heap = this.#heap;
    let i = heap.length;
    heap.push(due);
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = must(heap[up], 'inside the heap');
      if (!earlier(due, parent)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = due;
  }

  /** Runs what is due until the given time, or until `done` says so. */
  runUntil(endMs: number, done: () => boolean = () => false): void {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.atMs > endMs || done()) break;
      this.#removeFirst();
      this.nowMs = first.atMs;
      this.steps += 1;
      first.run();
    }
    this.nowMs = Math.max(this.nowMs, done() ? this.nowMs : endMs);
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = must(heap.pop(), 'the heap is not empty');
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const leftDue = must(heap[left], 'inside the heap');
      const rightDue = heap[right];
      const child = rightDue !== undefined && earlier(rightDue, leftDue) ? right : left;
      const childDue = must(heap[child], 'inside the heap');
      if (!earlier(childDue, last)) break;
      heap[i] = childDue;
      i = child;
    }
    heap[i] = last;
  }
}

const earlier = (a: Due, b: Due): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
