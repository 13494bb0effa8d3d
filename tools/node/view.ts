import type { Paint, Screen } from '../../client/terminal.ts';
import { table } from '../../client/view/table.ts';
import { told } from '../../client/view/told.ts';
import { columnsOf, wrap } from '../../client/view/width.ts';
import type { Node, Nodes } from './nodes-answer.ts';

const unknown = '-';
const noLauncher =
  'Nothing here can start or end them: the cluster was not started by `orderly up`.';

const or = (value: string | number | null): string =>
  (value === null ? unknown : told(String(value), 80));

const processPainted = ({ process }: Node, paint: Paint): string => {
  if (process === 'running') return paint.green(process);
  if (process === 'stopped' || process === 'ended') return paint.red(process);
  return process === null ? unknown : paint.yellow(told(process, 20));
};

/** How it is, in words: `running (pid 4711), backup, in sync`. */
export function standing({ process, pid, role, state }: Node): string {
  // That it does not answer then is no news.
  if (process === 'stopped') return process;
  const words = [
    ...(process === null ? [] : [pid === null ? process : `${process} (pid ${pid})`]),
    ...(role === null || role === state ? [] : [role]),
    ...(state === null ? [] : [state]),
  ];
  return words.length === 0 ? 'not seen' : words.map((word) => told(word, 80)).join(', ');
}

/** Every program; unless `whole`, a line or two each where the screen is too narrow for a table. */
export function nodeTable(nodes: Nodes, screen: Screen, whole: boolean): string {
  const { paint } = screen;
  const columns = [
    { title: 'NODE' }, { title: 'PROCESS' }, { title: 'PID', align: 'right' as const },
    { title: 'ROLE' }, { title: 'STATE' }, { title: 'ADDRESS' },
  ];
  const wide = table(columns, nodes.data.map((node) => [
    told(node.id, 64), processPainted(node, paint), or(node.pid), or(node.role), or(node.state),
    or(node.address),
  ]), screen);
  const fits = whole || Math.max(...wide.split('\n').map(columnsOf)) <= screen.width;
  const text = fits ? wide : nodes.data.flatMap((node) => [
    ...wrap(`${told(node.id, 64)}  ${standing(node)}`, screen.width),
    ...(node.address === null ? [] : [`  ${told(node.address, 80)}`]),
  ]).join('\n');
  return nodes.launcher ? text : `${text}\n\n${wrap(noLauncher, screen.width).join('\n')}`;
}
