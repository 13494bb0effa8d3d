import type { NodeActivity } from '../../shared/contract/activity.ts';
import type { ClusterStatus } from '../../shared/contract/frontend.ts';
import type { Deeds, Outcome } from '../actions/deeds.ts';
import { timeText } from '../frame/clock.ts';
import { element, setText } from '../frame/dom.ts';
import { sayingOf } from '../model/condition.ts';
import { factsOf, memberOf, operationWords } from '../model/node-facts.ts';
import type { Fact } from '../model/node-facts.ts';
import type { TopologyNode } from '../model/topology.ts';
import type { Api } from '../net/api.ts';
import { verbsFor } from './verbs.ts';

/** Everything about the chosen program, as it changes. */

const askEveryMs = 1_000;

interface Parts {
  api: Api;
  deeds: Deeds;
  onOutcome: (outcome: Outcome) => void;
  /** The panel was closed. */
  onClose: () => void;
}

export interface DetailsCard {
  root: HTMLElement;
  /** `byHand`: somebody asked for it, so that the panel gets the focus. */
  choose(key: string | null, byHand: boolean): void;
  show(status: ClusterStatus, nodes: readonly TopologyNode[]): void;
  setLauncher(present: boolean): void;
}

/** Names and values whose elements stay, so that only what changes is drawn and read again. */
class FactList {
  readonly root = element('dl', { class: 'fact-list' });
  readonly #values = new Map<string, HTMLElement>();

  show(facts: readonly Fact[]): void {
    const names = facts.map(({ name }) => name).join();
    if (names !== [...this.#values.keys()].join()) this.#build(facts);
    for (const { name, value } of facts) {
      const target = this.#values.get(name);
      if (target !== undefined) setText(target, value);
    }
  }

  #build(facts: readonly Fact[]): void {
    this.#values.clear();
    this.root.replaceChildren(...facts.map(({ name, small }) => {
      const value = element('dd');
      this.#values.set(name, value);
      const kind = small === true ? 'small' : 'broad-fact';
      return element('div', { class: kind }, element('dt', {}, name), value);
    }));
  }
}

/** As the public door calls it. */
const nodeNameOf = ({ kind, name }: TopologyNode): string =>
  (kind === 'nameserver' ? 'nameserver' : name);

function operationRows({ operations }: NodeActivity): HTMLElement[] {
  return operations.map(({ lsn, what, as, at, order_id: orderId }) => element('li', {},
    element('span', { class: 'lsn' }, String(lsn)),
    element('span', { ...(orderId !== null && { title: `order ${orderId}` }) },
      operationWords(what)),
    element('span', { class: 'soft' }, as === 'processed' ? 'as primary' : 'as backup'),
    element('time', { class: 'soft' }, at === null ? '' : timeText(Date.parse(at)))));
}

export function createDetailsCard({ api, deeds, onOutcome, onClose }: Parts): DetailsCard {
  const title = element('h2', { id: 'details-title', tabindex: -1 });
  const word = element('span', { class: 'badge' });
  const close = element('button', { type: 'button', class: 'quiet' }, 'Close');
  const sentence = element('p', { class: 'soft' });
  const buttons = element('div', { class: 'row verbs' });
  const facts = new FactList();
  const operations = element('ol', {
    class: 'operations', tabindex: 0, 'aria-label': 'Last operations, newest first',
  });
  const done = element('div', {},
    element('h3', {}, 'Last operations'), operations);
  const root = element('section', { class: 'card details', 'aria-labelledby': 'details-title' },
    element('div', { class: 'card-head' }, title, word, close),
    sentence, buttons, facts.root, done);
  let key: string | null = null;
  let activity: NodeActivity | null = null;
  let launcher = false;
  let latest: { status: ClusterStatus; nodes: readonly TopologyNode[] } | null = null;

  const showVerbs = (status: ClusterStatus, node: TopologyNode): void => {
    const member = memberOf(status, node.key);
    const verbs = verbsFor(node, member, launcher);
    const wanted = verbs.map(({ label }) => label).join();
    if (buttons.dataset['verbs'] === `${node.key} ${wanted}`) return;
    buttons.dataset['verbs'] = `${node.key} ${wanted}`;
    buttons.replaceChildren(...verbs.map(({ verb, label, done: words }) => {
      const button = element('button', { type: 'button' }, label);
      button.addEventListener('click', () => {
        button.disabled = true;
        void deeds.onNode(nodeNameOf(node), verb, words).then((outcome) => {
          button.disabled = false;
          onOutcome(outcome);
        });
      });
      return button;
    }));
  };
  const draw = (): void => {
    const node = latest?.nodes.find((one) => one.key === key);
    root.hidden = node === undefined;
    if (latest === null || node === undefined) return;
    const told = factsOf(latest.status, node, activity);
    setText(title, told.title);
    setText(word, node.kind === 'geocoder' ? node.word : sayingOf(told.condition).word);
    word.className = `badge is-${told.condition}`;
    setText(sentence, told.sentence);
    facts.show(told.facts);
    showVerbs(latest.status, node);
    done.hidden = activity === null || activity.operations.length === 0;
    if (activity !== null) operations.replaceChildren(...operationRows(activity));
  };
  const ask = async (): Promise<void> => {
    const asked = key;
    const member = latest === null || asked === null ? undefined : memberOf(latest.status, asked);
    // What it said last stays on the screen when it says nothing any more.
    if (member?.reachable !== true || document.hidden || !root.isConnected) return;
    const path = `/v1/cluster/nodes/${encodeURIComponent(member.store_id)}/activity`;
    const reply = await api.get<NodeActivity>(path);
    if (asked !== key) return;
    activity = reply.ok ? reply.body : activity;
    draw();
  };
  close.addEventListener('click', onClose);
  root.addEventListener('keydown', (event) => { if (event.key === 'Escape') onClose(); });
  setInterval(() => { void ask(); }, askEveryMs);
  return {
    root,
    choose(next, byHand) {
      if (next !== key) activity = null;
      key = next;
      draw();
      if (byHand && next !== null) title.focus({ preventScroll: innerWidth > 900 });
      void ask();
    },
    show(status, nodes) {
      latest = { status, nodes };
      draw();
    },
    setLauncher(present) {
      launcher = present;
      draw();
    },
  };
}
