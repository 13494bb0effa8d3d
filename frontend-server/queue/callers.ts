import type { OrderlyError } from '../../shared/contract/errors.ts';
import { must } from '../../shared/runtime/assert.ts';

interface Caller {
  resolve: (id: string) => void;
  reject: (error: OrderlyError) => void;
}

/** Callers whom the rules of a queue answer, by the number that each request gets. */
export class Callers {
  readonly #waiting = new Map<number, Caller>();
  #last = 0;

  /** Sends a request under a number of its own; settles when that number is answered. */
  ask(send: (req: number) => void): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#last += 1;
      this.#waiting.set(this.#last, { resolve, reject });
      send(this.#last);
    });
  }

  accept(req: number, id: string): void {
    this.#take(req).resolve(id);
  }

  refuse(req: number, error: OrderlyError): void {
    this.#take(req).reject(error);
  }

  #take(req: number): Caller {
    const caller = must(this.#waiting.get(req), 'a caller is answered once');
    this.#waiting.delete(req);
    return caller;
  }
}
