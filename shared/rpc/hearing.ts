/** As many beats as a lease lasts, but one: what is late only once is no news. */
const missesMin = 3;

/** Whether the name server hears our beats; says what is worth a line in the log. Pure. */
export class Hearing {
  #told: boolean | null = null;
  #misses = 0;

  /** A beat was answered; true when that is news. */
  heard(): boolean {
    this.#misses = 0;
    const isNews = this.#told !== true;
    this.#told = true;
    return isNews;
  }

  /** A beat was not answered; true when that is news. */
  missed(): boolean {
    this.#misses += 1;
    if (this.#misses < missesMin || this.#told === false) return false;
    this.#told = false;
    return true;
  }
}
