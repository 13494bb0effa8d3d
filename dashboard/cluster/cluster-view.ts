import type { ClusterStatus } from '../../shared/contract/frontend.ts';
import { element, setText } from '../frame/dom.ts';
import { onFrame } from '../frame/on-frame.ts';
import type { OpenView, View } from '../frame/router.ts';
import { TopologyMemory } from '../model/topology.ts';
import type { Topology } from '../model/topology.ts';
import { headlineOf } from '../model/words.ts';
import type { Live } from '../net/live.ts';
import { Picture } from '../topology/picture.ts';
import { showVisitor } from './visitor.ts';

/** The cluster: how it stands, the picture of it, and what one can do. */

interface Parts {
  live: Live;
  /** Opens the dialog. */
  signIn: () => void;
}

interface Head {
  root: HTMLElement;
  show(status: ClusterStatus): void;
}

function makeHead(): Head {
  const title = element('h1', {}, 'The cluster');
  const more = element('p', { class: 'soft' }, '');
  const root = element('header', { class: 'headline' }, title, more);
  const facts = element('dl', { class: 'facts' });
  root.append(facts);
  const values = new Map<string, HTMLElement>();
  for (const name of ['Epoch', 'View', 'In sync', 'Orders', 'Waiting']) {
    const value = element('dd', {}, '\u2013');
    values.set(name, value);
    facts.append(element('div', {}, element('dt', {}, name), value));
  }
  const set = (name: string, text: string): void => {
    const value = values.get(name);
    if (value !== undefined) setText(value, text);
  };
  return {
    root,
    show(status) {
      const { tone, text, more: rest } = headlineOf(status);
      root.dataset['tone'] = tone;
      setText(title, text);
      setText(more, rest);
      const orders = Math.max(0, ...status.members.map((member) => member.orders ?? 0));
      set('Epoch', String(status.view?.epoch ?? '\u2013'));
      set('View', String(status.view?.view_number ?? '\u2013'));
      set('In sync', `${status.view?.in_sync.length ?? 0} of ${status.members.length}`);
      set('Orders', orders.toLocaleString('en-GB'));
      set('Waiting', String(status.front_end.waiting));
    },
  };
}

/** Orders that went along the lines since the last event: each was committed by all in sync. */
function flowOfOrder(picture: Picture, { links }: Topology): void {
  const fromDoors = links.filter(({ kind }) => kind === 'orders');
  // With several front ends it is not known by which one it came.
  const [only] = fromDoors;
  if (fromDoors.length === 1 && only !== undefined) picture.flow(only.key);
  for (const { key, kind } of links) if (kind === 'replication') picture.flow(key);
}

export function clusterView({ live, signIn }: Parts): View {
  return {
    name: 'cluster',
    title: 'Cluster',
    open(root): OpenView {
      const head = makeHead();
      const visitor = element('div', { class: 'card visitor' });
      const stage = element('div', { class: 'card stage' });
      const operators = element('div', { class: 'operators', hidden: true }, head.root, stage);
      root.append(visitor, operators);
      const picture = new Picture(stage, (key) => picture.mark(key));
      const memory = new TopologyMemory();
      let topology: Topology = { nodes: [], links: [] };
      const draw = onFrame(() => {
        const { status } = live;
        operators.hidden = status === null;
        visitor.hidden = status !== null;
        if (status === null) return;
        head.show(status);
        topology = memory.look(status, performance.now());
        picture.show(topology);
      });
      live.subscribe({
        status: draw,
        connection: draw,
        order: () => flowOfOrder(picture, topology),
      });
      showVisitor(visitor, { live, signIn });
      draw();
      return {};
    },
  };
}
