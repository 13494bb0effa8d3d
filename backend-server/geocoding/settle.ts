import type { Answer } from './dialect.ts';
import { comparePositions } from './position.ts';
import type { Position } from './position.ts';

/**
 * What the answers of all services together mean for one postcode. Pure.
 *
 * The ideas: alive beats dead (one service that knows the postcode as in use is enough, since
 * editions of the data differ); "not found" needs no majority but a second opinion where one can
 * be had; a failure says nothing.
 */
export type Outcome = Answer | { kind: 'skipped'; error: string };

export interface Heard {
  /** 0 for the primary. */
  rank: number;
  provider: string;
  authoritativeNotFound: boolean;
  outcome: Outcome;
}

export interface Settlement {
  status: 'resolved' | 'no_position' | 'terminated' | 'not_found' | 'unverified';
  /** Who said so; null when nobody could be asked. */
  by: Pick<Heard, 'rank' | 'provider'> | null;
  position: Position | null;
  terminatedOn: string | null;
  /** One service calls it live and another does not, or they are over a kilometre apart. */
  disputed: boolean;
  /** Every service was heard; an incomplete settlement is worth asking again soon. */
  complete: boolean;
}

/** Whether the next service should be asked, given the answer of the last one. */
export const wantsAnother = (last: Outcome): boolean =>
  last.kind !== 'found' && last.kind !== 'terminated';

type Kind = Outcome['kind'];
const isSilence = (kind: Kind): boolean => kind === 'failed' || kind === 'skipped';
const deniesLife = (kind: Kind): boolean => kind === 'not_found' || kind === 'terminated';

function positionsDiffer(heard: readonly Heard[], position: Position): boolean {
  return heard.some(({ outcome }) =>
    outcome.kind === 'found' && comparePositions(outcome.position, position) === 'disputed');
}

/** `heard` in the order of asking. */
export function settle(heard: readonly Heard[]): Settlement {
  const complete = !heard.some(({ outcome }) => isSilence(outcome.kind));
  const denied = heard.some(({ outcome }) => deniesLife(outcome.kind));
  const base = { position: null, terminatedOn: null, disputed: false, complete };
  for (const by of heard) {
    if (by.outcome.kind !== 'found') continue;
    const { position } = by.outcome;
    const disputed = denied || positionsDiffer(heard, position);
    return { ...base, status: 'resolved', by, position, disputed };
  }
  const live = heard.find(({ outcome }) => outcome.kind === 'no_position');
  if (live !== undefined) return { ...base, status: 'no_position', by: live, disputed: denied };
  for (const by of heard) {
    if (by.outcome.kind !== 'terminated') continue;
    return { ...base, status: 'terminated', by, terminatedOn: by.outcome.on };
  }
  const unknown = heard.find(({ outcome, authoritativeNotFound }) =>
    outcome.kind === 'not_found' && authoritativeNotFound);
  if (unknown !== undefined) return { ...base, status: 'not_found', by: unknown };
  return { ...base, status: 'unverified', by: null };
}
