import type { NodeActivity } from '../../shared/contract/activity.ts';
import type { ClusterMember, ClusterStatus } from '../../shared/contract/frontend.ts';
import { breakerWord, conditionOf, sayingOf } from './condition.ts';
import type { Condition } from './condition.ts';
import type { TopologyNode } from './topology.ts';
import { backendKey, frontendKey } from './topology.ts';
import { durationWords } from './cluster-changes.ts';
import { spaced } from './order-words.ts';

/** What is known of one program, as names and values for people. */

export interface Fact {
  name: string;
  value: string;
  /** A number among others of its kind, or a line of its own. */
  small?: boolean;
}

export interface NodeFacts {
  title: string;
  condition: Condition;
  sentence: string;
  facts: Fact[];
}

const none = '\u2013';
const small = (name: string, value: string): Fact => ({ name, value, small: true });
const number = (value: number | null): string =>
  (value === null ? none : value.toLocaleString('en-GB'));

/** "2 h 5 min". */
export function spanWords(seconds: number | null): string {
  if (seconds === null) return none;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const memberOf = (status: ClusterStatus, key: string): ClusterMember | undefined =>
  status.members.find(({ store_id: storeId }) => backendKey(storeId) === key);

function geocoderWords(activity: NodeActivity | null): string {
  if (activity === null) return none;
  return activity.geocoders.map(({ name, state }) => `${name} ${breakerWord(state)}`).join(', ');
}

function backendFacts(member: ClusterMember, activity: NodeActivity | null): NodeFacts {
  const condition = conditionOf(member);
  const { word, sentence } = sayingOf(condition);
  return {
    title: member.id, condition, sentence,
    facts: [
      {
        name: 'Role and state',
        value: member.reachable ? `${member.role}, ${member.state}` : word,
      },
      { name: 'In the in-sync set', value: member.in_sync ? 'yes' : 'no' },
      { name: 'Address', value: member.address },
      { name: 'Geocoders', value: geocoderWords(activity) },
      small('Epoch', number(member.epoch)),
      small('View', number(member.view_number)),
      small('Lag', member.lag === null ? none
        : `${number(member.lag)} ${member.lag === 1 ? 'op' : 'ops'}`),
      small('Log head', number(member.last_lsn)),
      small('Committed', number(member.commit_lsn)),
      small('Executed', number(member.applied_lsn)),
      small('Orders stored', number(member.orders)),
      small('Processed as primary', number(activity?.processed ?? null)),
      small('Synchronised as backup', number(activity?.synchronised ?? null)),
      small('Oldest write',
        member.fsync_age_ms === null ? none : durationWords(member.fsync_age_ms)),
      small('Running for', spanWords(member.uptime_s)),
      small('Process', member.pid === null ? none : String(member.pid)),
    ],
  };
}

function frontendFacts(status: ClusterStatus, node: TopologyNode): NodeFacts {
  const { front_end: own, front_ends: all } = status;
  const entry = all.find(({ id }) => frontendKey(id) === node.key);
  const head = {
    title: node.name, condition: node.condition,
    sentence: 'Takes requests and carries each to the primary, through fail-overs.',
  };
  if (frontendKey(own.id) !== node.key) {
    return { ...head, facts: [{ name: 'Address', value: entry?.address ?? none }] };
  }
  const primary = status.members.find(({ store_id: storeId }) => storeId === own.primary);
  const last = own.last_election;
  return {
    ...head,
    facts: [
      { name: 'Address', value: own.address },
      { name: 'Sends to', value: primary?.id ?? none },
      { name: 'View', value: number(own.view_number) },
      { name: 'Electing now', value: own.electing ? 'yes' : 'no' },
      { name: 'Waiting requests', value: number(own.waiting) },
      {
        name: 'Last election',
        value: last === null ? 'none yet'
          : `${durationWords(last.took_ms)}, suspicion: ${spaced(last.suspicion)}`,
      },
    ],
  };
}

/** `activity`: of a back end; null while it has not said. */
export function factsOf(
  status: ClusterStatus, node: TopologyNode, activity: NodeActivity | null,
): NodeFacts {
  const member = memberOf(status, node.key);
  if (member !== undefined) return backendFacts(member, activity);
  if (node.kind === 'frontend') return frontendFacts(status, node);
  const { word, sentence } = sayingOf(node.condition);
  if (node.kind === 'nameserver') {
    return {
      title: 'Name server', condition: node.condition,
      sentence: 'Says where everybody is, and arbitrates who leads. Orders go on without it.',
      facts: [
        { name: 'State', value: word },
        { name: 'Address', value: status.name_server.address ?? none },
      ],
    };
  }
  const isGeocoder = node.kind === 'geocoder';
  return {
    title: node.name, condition: node.condition,
    sentence: isGeocoder ? 'A web service that knows where postcodes are.' : sentence,
    facts: [{ name: isGeocoder ? 'Breaker' : 'State', value: node.word }],
  };
}

const opWords: Readonly<Record<string, string>> = {
  barrier: 'took over as primary', 'catalogue.install': 'shop and menu installed',
};

/** "order placed" for order.place. */
export const operationWords = (what: string): string =>
  opWords[what] ?? spaced(what).replaceAll('.', ' ');
