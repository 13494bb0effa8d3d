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

export class DetailsCard {
  readonly root: HTMLElement;
  readonly #parts: Parts;
  readonly #title = element('h2', { id: 'details-title', tabindex: -1 });
  readonly #word = element('span', { class: 'badge' });
  readonly #sentence = element('p', { class: 'soft' });
  readonly #buttons = element('div', { class: 'row verbs' });
  readonly #facts = new FactList();
  readonly #operations = element('ol', {
    class: 'operations', tabindex: 0, 'aria-label': 'Last operations, newest first',
  });
  readonly #done = element('div', {}, element('h3', {}, 'Last operations'), this.#operations);
  #key: string | null = null;
  #activity: NodeActivity | null = null;
  #launcher = false;
  #latest: { status: ClusterStatus; nodes: readonly TopologyNode[] } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    const close = element('button', { type: 'button', class: 'quiet' }, 'Close');
    this.root = element('section', { class: 'card details', 'aria-labelledby': 'details-title' },
      element('div', { class: 'card-head' }, this.#title, this.#word, close),
      this.#sentence, this.#buttons, this.#facts.root, this.#done);
    close.addEventListener('click', parts.onClose);
    this.root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') parts.onClose();
    });
    this.root.hidden = true;
    setInterval(() => { void this.#ask(); }, askEveryMs);
  }

  /** `byHand`: somebody asked for it, so that the panel gets the focus. */
  choose(key: string | null, byHand: boolean): void {
    if (key !== this.#key) this.#activity = null;
    this.#key = key;
    this.#draw();
    if (byHand && key !== null) this.#title.focus({ preventScroll: innerWidth > 1080 });
    void this.#ask();
  }

  show(status: ClusterStatus, nodes: readonly TopologyNode[]): void {
    this.#latest = { status, nodes };
    this.#draw();
  }

  /** Whether there is one that starts and ends programs. */
  setLauncher(present: boolean): void {
    this.#launcher = present;
    this.#draw();
  }

  #draw(): void {
    const latest = this.#latest;
    const node = latest?.nodes.find((one) => one.key === this.#key);
    this.root.hidden = node === undefined;
    if (latest === null || node === undefined) return;
    const activity = this.#activity;
    const told = factsOf(latest.status, node, activity);
    setText(this.#title, told.title);
    setText(this.#word, node.kind === 'geocoder' ? node.word : sayingOf(told.condition).word);
    this.#word.className = `badge is-${told.condition}`;
    setText(this.#sentence, told.sentence);
    this.#facts.show(told.facts);
    this.#showVerbs(latest.status, node);
    this.#done.hidden = activity === null || activity.operations.length === 0;
  }

  /** The buttons stay while they are the same, so that none is lost between press and release. */
  #showVerbs(status: ClusterStatus, node: TopologyNode): void {
    const { deeds, onOutcome } = this.#parts;
    const verbs = verbsFor(node, memberOf(status, node.key), this.#launcher);
    const shown = `${node.key} ${verbs.map(({ label }) => label).join()}`;
    if (this.#buttons.dataset['verbs'] === shown) return;
    this.#buttons.dataset['verbs'] = shown;
    this.#buttons.replaceChildren(...verbs.map(({ verb, label, done }) => {
      const button = element('button', { type: 'button' }, label);
      button.addEventListener('click', () => {
        button.disabled = true;
        void deeds.onNode(nodeNameOf(node), verb, done).then((outcome) => {
          button.disabled = false;
          onOutcome(outcome);
        });
      });
      return button;
    }));
  }

  async #ask(): Promise<void> {
    const asked = this.#key;
    const latest = this.#latest;
    const member = latest === null || asked === null ? undefined : memberOf(latest.status, asked);
    // What it said last stays on the screen when it says nothing any more.
    if (member?.reachable !== true || document.hidden || !this.root.isConnected) return;
    const path = `/v1/cluster/nodes/${encodeURIComponent(member.store_id)}/activity`;
    const reply = await this.#parts.api.get<NodeActivity>(path);
    if (asked !== this.#key || !reply.ok) return;
    const newest = this.#activity?.operations[0]?.lsn;
    this.#activity = reply.body;
    if (reply.body.operations[0]?.lsn !== newest) {
      this.#operations.replaceChildren(...operationRows(reply.body));
    }
    this.#draw();
  }
}
