import type { ClusterMember } from '../../shared/contract/frontend.ts';

/** What a program is doing, as one of a few words that people know. */
export type Condition =
  | 'primary' | 'backup' | 'activating' | 'catching-up' | 'draining' | 'down' | 'failed'
  | 'quarantine' | 'working' | 'troubled';

/** A word for the picture, a sentence for whoever wants to know. */
export interface Saying {
  word: string;
  sentence: string;
}

const sayings: Readonly<Record<Condition, Saying>> = {
  primary: { word: 'primary', sentence: 'Leads: it orders and answers every request.' },
  backup: { word: 'backup', sentence: 'Holds every confirmed order and can take over at once.' },
  activating: { word: 'taking over', sentence: 'Was elected and settles the end of the log.' },
  'catching-up': { word: 'catching up', sentence: 'Fetches what it missed, then joins the set.' },
  draining: { word: 'draining', sentence: 'Keeps every order, but leads only if nobody else can.' },
  down: { word: 'switched down', sentence: 'Runs, but was told to refuse every call.' },
  failed: { word: 'failed', sentence: 'Does not answer.' },
  quarantine: { word: 'quarantine', sentence: 'Its file can not be trusted; it is filled anew.' },
  working: { word: 'working', sentence: 'Answers.' },
  troubled: { word: 'troubled', sentence: 'Answers wrongly or late, and is asked again later.' },
};

export const sayingOf = (condition: Condition): Saying => sayings[condition];

/** Alive in the picture: something can flow from or to it. */
export const isAlive = (condition: Condition): boolean =>
  condition !== 'failed' && condition !== 'down';

/** The condition of a back end; what it says of itself counts unless it says nothing. */
export function conditionOf(member: ClusterMember): Condition {
  if (!member.reachable || member.role === 'failed') return 'failed';
  if (member.down === true || member.state === 'down') return 'down';
  if (member.role === 'quarantine') return 'quarantine';
  if (member.state === 'draining') return 'draining';
  if (member.role === 'primary') return member.state === 'serving' ? 'primary' : 'activating';
  return member.in_sync && member.role === 'backup' && member.state === 'in sync'
    ? 'backup' : 'catching-up';
}

const breakerWords: Readonly<Record<string, string>> = {
  closed: 'in use', 'half-open': 'being tried', open: 'left alone', resting: 'resting',
};

/** What a geocoder's breaker says, as a word for people. */
export const breakerWord = (state: string): string => breakerWords[state] ?? state;
