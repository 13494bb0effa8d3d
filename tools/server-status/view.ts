import type { Paint, Screen } from '../../client/terminal.ts';
import { duration } from '../../client/view/moment.ts';
import { table } from '../../client/view/table.ts';
import { told } from '../../client/view/told.ts';
import { columnsOf, wrap } from '../../client/view/width.ts';
import type { BackEnd, Snapshot } from './snapshot.ts';
import { geocodersOf, isInSync, lagOf, roleOf, stateOf } from './standing.ts';

const unknown = '-';
const right = 'right' as const;

/** UP or DOWN in words, with colour beside them. */
export function statePainted(backEnd: BackEnd, paint: Paint): string {
  const { up, why } = stateOf(backEnd);
  return `${up ? paint.green('UP') : paint.red('DOWN')} ${told(why, 60)}`;
}

const number = (value: number | null | undefined): string =>
  (value === null || value === undefined ? unknown : String(value));

/** A back end in words, each safe to print. */
interface Cells {
  node: string;
  role: string;
  state: string;
  epoch: string;
  applied: string;
  lag: string;
  orders: string;
  uptime: string;
  geocoders: string;
  address: string;
}

function cellsOf(snapshot: Snapshot, backEnd: BackEnd, paint: Paint): Cells {
  const { status } = backEnd;
  const role = roleOf(backEnd) ?? unknown;
  const geocoders = told(geocodersOf(backEnd) ?? unknown, 80);
  return {
    node: told(backEnd.id, 64),
    role: role === 'primary' ? paint.bold(role) : role,
    state: statePainted(backEnd, paint),
    epoch: number(status?.epoch),
    applied: number(status?.appliedLsn),
    lag: number(lagOf(snapshot, backEnd)),
    orders: number(status?.orders),
    uptime: status === null ? unknown : duration(status.uptimeS * 1_000),
    geocoders: geocoders === 'ok' || geocoders === unknown ? geocoders : paint.yellow(geocoders),
    address: told(backEnd.address, 64),
  };
}

const columns = [
  { title: 'NODE' }, { title: 'ROLE' }, { title: 'STATE' }, { title: 'EPOCH', align: right },
  { title: 'APPLIED', align: right }, { title: 'LAG', align: right },
  { title: 'ORDERS', align: right },
];

const mainCells = ({ node, role, state, epoch, applied, lag, orders }: Cells): string[] =>
  [node, role, state, epoch, applied, lag, orders];

const widest = (lines: readonly string[]): number => Math.max(0, ...lines.map(columnsOf));

/** One line each, as wide as it gets. */
function wideTable(rows: readonly Cells[], screen: Screen): string[] {
  const cells = rows.map((one) => [...mainCells(one), one.uptime, one.geocoders, one.address]);
  const more = [
    { title: 'UPTIME', align: right }, { title: 'GEOCODERS' }, { title: 'ADDRESS' },
  ];
  return table([...columns, ...more], cells, screen).split('\n');
}

/** The numbers in a table, and what is left below each of its lines. */
function tableWithNotes(rows: readonly Cells[], screen: Screen): string[][] {
  const [head = '', ...lines] = table(columns, rows.map(mainCells), screen).split('\n');
  const { dim } = screen.paint;
  return [[head], ...rows.map(({ uptime, geocoders, address }, at) =>
    [lines[at] ?? '', `  ${dim(`${address}, up ${uptime}, geocoders`)} ${geocoders}`])];
}

/** A few short lines each, for a screen that is narrower than any table. */
function cards(rows: readonly Cells[], { width }: Screen): string[][] {
  return rows.map(({ node, role, state, epoch, applied, lag, orders, uptime, ...rest }) => [
    ...wrap(`${node}  ${role}  ${state}`, width),
    ...wrap(`epoch ${epoch}, applied ${applied}, lag ${lag}, orders ${orders}, `
      + `up ${uptime}, geocoders ${rest.geocoders}, ${rest.address}`, width - 2)
      .map((line) => `  ${line}`),
  ]);
}

/** The lines of the table, those of one back end together; headings come first, as `head`. */
export interface MemberLines {
  head: string[];
  members: string[][];
}

/** In the widest form that fits the screen; `whole`: one line each, however wide that is. */
export function memberLines(snapshot: Snapshot, screen: Screen, whole: boolean): MemberLines {
  const rows = snapshot.backEnds.map((one) => cellsOf(snapshot, one, screen.paint));
  const [title = '', ...lines] = wideTable(rows, screen);
  if (whole || widest([title, ...lines]) <= screen.width) {
    return { head: [title], members: lines.map((line) => [line]) };
  }
  const [head = [], ...members] = tableWithNotes(rows, screen);
  if (widest([...head, ...members.flat()]) <= screen.width) return { head, members };
  return { head: [], members: cards(rows, screen) };
}

const names = (backEnds: BackEnd[]): string =>
  (backEnds.length === 0 ? 'none' : backEnds.map(({ id }) => told(id, 64)).join(', '));

function viewLine({ view, backEnds, group }: Snapshot): string {
  if (view === null) return `Group ${told(group, 64)} has no view yet: no back end has joined it.`;
  const inSync = names(backEnds.filter((backEnd) => isInSync(view, backEnd)));
  return `View ${view.viewNumber}, epoch ${view.epoch}. In sync: ${inSync} `
    + `(at least ${view.minInSync} needed).`;
}

function frontEndLine({ frontEnds }: Snapshot): string {
  if (frontEnds.length === 0) return 'Front ends: none.';
  const words = frontEnds.map(({ id, address, alive, lastSeenMs }) => {
    const seen = alive ? '' : `, last seen ${duration(lastSeenMs)} ago`;
    return `${told(id, 64)} at ${told(address, 64)}${seen}`;
  });
  return `Front ends: ${words.join('; ')}.`;
}

/** Breakers of the primary, or of the first that answers. */
function geocoderLine({ backEnds, view }: Snapshot): string | null {
  const answering = backEnds.filter(({ status }) => status !== null);
  const asked = answering.find(({ storeId }) => storeId === view?.primary) ?? answering[0];
  const geocoders = asked?.status?.geocoders ?? [];
  if (asked === undefined || geocoders.length === 0) return null;
  const words = geocoders.map(({ name, state }) => `${told(name, 40)} breaker ${told(state, 20)}`);
  return `Geocoders of ${told(asked.id, 64)}: ${words.join(', ')}.`;
}

/** What holds for the whole group, a sentence each. */
export function groupLines(snapshot: Snapshot, paint: Paint): string[] {
  const silent = snapshot.nameServerSilent ? ` ${paint.red('does not answer')}` : '';
  const geocoders = geocoderLine(snapshot);
  return [
    `Name server: ${told(snapshot.nameServer, 64)}${silent}.`,
    viewLine(snapshot),
    frontEndLine(snapshot),
    ...(geocoders === null ? [] : [geocoders]),
  ];
}

/** The table of back ends and what holds for the whole group. */
export function statusView(snapshot: Snapshot, screen: Screen, whole: boolean): string {
  const { head, members } = memberLines(snapshot, screen, whole);
  const group = groupLines(snapshot, screen.paint);
  return [
    ...(members.length === 0 ? ['No back ends are registered.'] : [...head, ...members.flat()]),
    '',
    ...(whole ? group : group.flatMap((line) => wrap(line, screen.width))),
  ].join('\n');
}
