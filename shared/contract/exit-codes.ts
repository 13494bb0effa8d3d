/**
 * With what a command ends that was answered with such an HTTP status. The error table gives each
 * of its codes one by this rule, with the exceptions written there; a code of a newer server has
 * nothing else.
 */
const byStatus: Readonly<Record<number, ExitCode>> = {
  404: 6,
  409: 5, 410: 5, 412: 5, 428: 5,
  408: 3, 429: 3, 502: 3, 503: 3, 504: 3,
};

/** 1 refused or failed, 2 wrong usage, 3 not reachable or not ready, 5 conflict, 6 not found. */
export type ExitCode = 1 | 2 | 3 | 5 | 6;

export const exitCodeOfStatus = (http: number): ExitCode => byStatus[http] ?? 1;
