/** A timer that has been set; cancelling it twice or after it fired does nothing. */
export interface Timer {
  cancel(): void;
}

/** The one source of time. Durations come from nowMs, what people read from wallIso. */
export interface Clock {
  /** Monotonic, fractional milliseconds; says nothing about the time of day. */
  nowMs(): number;
  /** Time of day, RFC 3339 in UTC with milliseconds. */
  wallIso(): string;
  /** Time of day, milliseconds since 1970. */
  wallMs(): number;
  setTimer(delayMs: number, fn: () => void): Timer;
  setRepeating(everyMs: number, fn: () => void): Timer;
  /** Resolves after delayMs, or at once when the signal aborts; it never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** setTimeout treats anything longer as 1 ms. */
const timerMsMax = 2 ** 31 - 1;

const bounded = (ms: number): number => Math.min(Math.max(ms, 0), timerMsMax);

function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const finish = (): void => {
      clearTimeout(handle);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const handle = setTimeout(finish, bounded(delayMs));
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/** The clock of the machine. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallIso: () => new Date().toISOString(),
  wallMs: () => Date.now(),
  setTimer(delayMs, fn) {
    const handle = setTimeout(fn, bounded(delayMs));
    return { cancel: () => clearTimeout(handle) };
  },
  setRepeating(everyMs, fn) {
    const handle = setInterval(fn, bounded(everyMs));
    return { cancel: () => clearInterval(handle) };
  },
  sleep,
};
