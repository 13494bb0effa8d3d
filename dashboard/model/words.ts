import type { ClusterStatus } from '../../shared/contract/frontend.ts';
import type { Condition } from './condition.ts';
import { conditionOf } from './condition.ts';

/** The state of the whole in a sentence. */

export interface Headline {
  tone: 'good' | 'fair' | 'bad';
  text: string;
  /** What follows from it, or what to do. */
  more: string;
}

const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const inWords = (count: number): string => numbers[count] ?? String(count);
export const plural = (count: number, noun: string): string =>
  `${inWords(count)} ${noun}${count === 1 ? '' : 's'}`;

/** "backend-1 and backend-2". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

const asleep: readonly Condition[] = ['failed', 'down'];

/** Which copies an order has right now, and what happens when one more is lost. */
function safety(status: ClusterStatus, inSync: number): string {
  const least = status.view?.min_in_sync ?? 1;
  if (inSync <= 1 && least <= 1) return 'New orders have a single copy until another one is back.';
  if (inSync < least) return 'Writes wait until another back end is in sync; reads go on.';
  return `Every order is on ${plural(inSync, 'disk')} before it is confirmed.`;
}

export function headlineOf(status: ClusterStatus): Headline {
  const all = status.members.map((member) => ({ member, condition: conditionOf(member) }));
  const primary = all.find(({ condition, member }) =>
    condition === 'primary'
    || (condition === 'draining' && member.store_id === status.view?.primary));
  const living = all.filter(({ member, condition }) =>
    member.in_sync && !asleep.includes(condition));
  const missing = all.filter(({ condition }) => asleep.includes(condition));
  if (status.view === null) {
    const more = 'Start one: orderly backend.';
    return { tone: 'bad', text: 'No back end has joined yet.', more };
  }
  if (primary === undefined) {
    const more = status.front_end.electing
      ? 'The front end looks for a new one; orders wait or are queued on its disk.'
      : 'Orders are queued on the front end\u2019s disk until there is one.';
    return { tone: 'bad', text: 'Nobody leads right now.', more };
  }
  const name = primary.member.id;
  const copies = safety(status, living.length);
  if (missing.length > 0) {
    const who = listed(missing.map(({ member, condition }) =>
      `${member.id} is ${condition === 'down' ? 'switched down' : 'not answering'}`));
    return { tone: 'fair', text: `${name} leads; ${who}.`, more: copies };
  }
  const following = living.length - 1;
  const behind = all.length - living.length;
  if (behind > 0) {
    return {
      tone: 'fair', text: `${name} leads; ${plural(behind, 'back end')} still catching up.`,
      more: copies,
    };
  }
  return {
    tone: living.length === 1 ? 'fair' : 'good',
    text: following === 0 ? `${name} leads, alone.`
      : `${name} leads, ${plural(following, 'backup')} in sync.`,
    more: copies,
  };
}
