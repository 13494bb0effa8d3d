import type { Position } from './position.ts';

/** What one service said of one postcode; the five classes of an answer. */
export type Answer =
  | { kind: 'found'; position: Position }
  | { kind: 'no_position' }
  /** `on` is YYYY-MM. */
  | { kind: 'terminated'; on: string }
  | { kind: 'not_found' }
  | Failure;

/**
 * Anything that is not one of the other four. `cause` keeps what somebody has to repair
 * (configuration: a wrong address, a refused certificate) apart from what passes (weather).
 * `restMs` is how long the service asked not to be called.
 */
export interface Failure {
  kind: 'failed';
  error: string;
  cause: 'configuration' | 'weather';
  restMs: number | null;
}

export const failure = (
  error: string,
  cause: Failure['cause'] = 'weather',
  restMs: number | null = null,
): Failure => ({ kind: 'failed', error, cause, restMs });

/** A service's way of speaking: how to ask it, and what its JSON means. Pure. */
export interface Dialect {
  /** At most 40 characters; goes into the order's audit. */
  readonly name: string;
  /** Whether its word alone is enough to refuse a postcode as unknown. */
  readonly authoritativeNotFound: boolean;
  /** Path for a normalised postcode, percent-encoded. */
  path(postcode: string): string;
  /** Only called with 200 or 404 and a body that was JSON. */
  read(answer: { status: 200 | 404; body: unknown }, postcode: string): Answer;
}

/** Services write a postcode with and without its space. */
export const samePostcode = (answered: string, asked: string): boolean =>
  answered.replace(/\s/g, '').toUpperCase() === asked.replace(/\s/g, '');
