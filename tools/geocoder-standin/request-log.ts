/** What was asked of a stand-in, so that a test can say: not called, once, with this header. */
export interface LoggedRequest {
  n: number;
  /** Milliseconds since the stand-in began. */
  at_ms: number;
  method: string;
  /** As it came over the wire, not decoded. */
  target: string;
  /** Its postcode, upper case without space. */
  code: string;
  headers: Readonly<Record<string, string>>;
  /** The rule that was applied; null for a true answer. */
  rule: number | null;
}

const keptMax = 10_000;

export class RequestLog {
  #kept: LoggedRequest[] = [];
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(request: Omit<LoggedRequest, 'n'>): LoggedRequest {
    this.#total += 1;
    const logged = { n: this.#total, ...request };
    this.#kept.push(logged);
    if (this.#kept.length > keptMax) this.#kept.splice(0, keptMax / 10);
    return logged;
  }

  /** The newest 10,000 at most, oldest first. */
  list(): readonly LoggedRequest[] {
    return this.#kept;
  }

  clear(): void {
    this.#kept = [];
    this.#total = 0;
  }
}
