import type { Paint, Screen } from '../../client/terminal.ts';
import { duration } from '../../client/view/moment.ts';
import { table, type Column } from '../../client/view/table.ts';
import { told } from '../../client/view/told.ts';
import { columnsOf, wrap } from '../../client/view/width.ts';
import type { ClusterAnswer, Member } from './cluster-answer.ts';

/** The words of `orderly status`. */

const right = 'right' as const;
const columns: readonly Column[] = [
  { title: 'NODE' }, { title: 'ROLE' }, { title: 'STATE', flex: true }, { title: 'ADDRESS' },
  { title: 'EPOCH', align: right }, { title: 'APPLIED', align: right },
  { title: 'LAG', align: right }, { title: 'UPTIME', align: right }, { title: 'VERSION' },
];

const unknown = '-';
const nameLength = 64;

const well = ['serving', 'in sync'];

export const isWell = ({ reachable, state }: Member): boolean => reachable && well.includes(state);

/** What it is doing, or since when nobody has heard of it. */
export function stateWords({ reachable, state, last_seen_ms: seenMs }: Member): string {
  if (reachable) return told(state, 40);
  return seenMs === null ? 'no answer' : `last seen ${duration(seenMs)} ago`;
}

function statePainted(member: Member, paint: Paint): string {
  const words = stateWords(member);
  if (!member.reachable) return paint.red(words);
  return isWell(member) ? paint.green(words) : paint.yellow(words);
}

const number = (value: number | null): string => (value === null ? unknown : String(value));

const row = (member: Member, paint: Paint): string[] => [
  told(member.id, nameLength),
  member.role === 'primary' ? paint.bold('primary') : told(member.role, nameLength),
  statePainted(member, paint),
  told(member.address, nameLength),
  number(member.epoch),
  number(member.applied_lsn),
  number(member.lag),
  member.uptime_s === null ? unknown : duration(member.uptime_s * 1_000),
  told(member.version ?? unknown, nameLength),
];

const fits = (drawn: string, { width }: Screen): boolean =>
  drawn.split('\n').every((line) => columnsOf(line) <= width);

/** One line each fact, for a screen that is too narrow for the table. */
function blocks(rows: string[][]): string {
  const width = Math.max(...columns.map(({ title }) => title.length)) + 2;
  return rows.map((cells) => cells
    .map((cell, at) => `${(columns[at]?.title ?? '').padEnd(width)}${cell}`)
    .join('\n')).join('\n\n');
}

/** The table; its last column becomes a line below when there is no room and all have the same. */
function members({ members: all }: ClusterAnswer, screen: Screen): string {
  if (all.length === 0) return 'No back ends are known.';
  const rows = all.map((member) => row(member, screen.paint));
  const whole = table([...columns], rows, screen);
  if (fits(whole, screen)) return whole;
  const [version, ...others] = new Set(all.flatMap((one) => one.version ?? []));
  if (version !== undefined && others.length === 0) {
    const narrow = table(columns.slice(0, -1), rows.map((cells) => cells.slice(0, -1)), screen);
    if (fits(narrow, screen)) return `${narrow}\n\nVersion: ${told(version, nameLength)}.`;
  }
  return blocks(rows);
}

function viewLine({ view, members: all, group }: ClusterAnswer): string {
  if (view === null) return `Group ${told(group, nameLength)} has no view: no back end has joined.`;
  const inSync = all.filter(({ in_sync: is }) => is).map(({ id }) => told(id, nameLength));
  return `View ${view.view_number}, epoch ${view.epoch}. In sync: ${inSync.join(', ') || 'none'} `
    + `(at least ${view.min_in_sync} needed).`;
}

function nameServerLine({ name_server: { address, reachable } }: ClusterAnswer): string {
  const where = told(address ?? 'unknown', nameLength);
  return `Name server: ${where}${reachable ? '' : ', which does not answer'}.`;
}

const nodes = (title: string, all: ClusterAnswer['front_ends']): string[] =>
  (all.length === 0 ? [] : [`${title}: ${all.map(({ id, address, alive }) =>
    `${told(id, nameLength)} at ${told(address, nameLength)}${alive ? '' : ' (lost)'}`)
    .join('; ')}.`]);

const geocoders = ({ geocoders: all }: ClusterAnswer): string[] =>
  (all.length === 0 ? [] : [`Geocoders: ${all.map(({ name, state }) =>
    `${told(name, nameLength)} breaker ${told(state, nameLength)}`).join(', ')}.`]);

export function clusterView(cluster: ClusterAnswer, screen: Screen): string {
  const lines = [
    viewLine(cluster), nameServerLine(cluster),
    ...nodes('Front ends', cluster.front_ends), ...nodes('Services', cluster.services),
    ...geocoders(cluster),
  ].flatMap((line) => wrap(line, screen.width));
  return [members(cluster, screen), '', ...lines].join('\n');
}
