/**
 * Tells what is new from what is only said again: something that is tried many times a second must
 * not fill the log with the same line while it fails. Pure.
 */
export class LastWord {
  #said: string | null = null;

  /** True for other words than the last ones. */
  isNew(words: string): boolean {
    const isNew = words !== this.#said;
    this.#said = words;
    return isNew;
  }
}
