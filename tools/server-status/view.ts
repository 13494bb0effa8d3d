import type { Paint, Screen } from '../../client/terminal.ts';
import { duration } from '../../client/view/moment.ts';
import { table } from '../../client/view/table.ts';
import { told } from '../../client/view/told.ts';
import type { BackEnd, Snapshot } from './snapshot.ts';
import { isInSync, lagOf, roleOf, stateOf } from './standing.ts';

const unknown = '-';

/** UP or DOWN in words, with colour beside them. */
export function statePainted(backEnd: BackEnd, paint: Paint): string {
  const { up, why } = stateOf(backEnd);
  return `${up ? paint.green('UP') : paint.red('DOWN')} ${told(why, 60)}`;
}

const number = (value: number | null | undefined): string =>
  (value === null || value === undefined ? unknown : String(value));

function row(snapshot: Snapshot, backEnd: BackEnd, paint: Paint): string[] {
  const { status } = backEnd;
  const role = roleOf(backEnd) ?? unknown;
  return [
    told(backEnd.id, 64),
    role === 'primary' ? paint.bold(role) : role,
    statePainted(backEnd, paint),
    number(status?.epoch),
    number(status?.appliedLsn),
    number(lagOf(snapshot, backEnd)),
    number(status?.orders),
    status === null ? unknown : duration(status.uptimeS * 1_000),
    told(backEnd.address, 64),
  ];
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

/** The table of back ends and what holds for the whole group. */
export function statusView(snapshot: Snapshot, screen: Screen): string {
  const right = 'right' as const;
  const columns = [
    { title: 'NODE' }, { title: 'ROLE' }, { title: 'STATE' }, { title: 'EPOCH', align: right },
    { title: 'APPLIED', align: right }, { title: 'LAG', align: right },
    { title: 'ORDERS', align: right }, { title: 'UPTIME', align: right }, { title: 'ADDRESS' },
  ];
  const rows = snapshot.backEnds.map((backEnd) => row(snapshot, backEnd, screen.paint));
  const members = rows.length === 0 ? 'No back ends are registered.' : table(columns, rows, screen);
  return [
    members,
    '',
    `Name server: ${told(snapshot.nameServer, 64)}.`,
    viewLine(snapshot),
    frontEndLine(snapshot),
  ].join('\n');
}
