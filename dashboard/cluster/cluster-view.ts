import type { ClusterStats } from '../../shared/contract/cluster-stats.ts';
import { Deeds } from '../actions/deeds.ts';
import type { Outcome } from '../actions/deeds.ts';
import { createToolbar } from '../actions/toolbar.ts';
import { createCharts } from '../charts/charts.ts';
import { DetailsCard } from '../details/details-card.ts';
import { createFeedCard } from '../feed/feed-card.ts';
import { now } from '../frame/clock.ts';
import { element } from '../frame/dom.ts';
import { onFrame } from '../frame/on-frame.ts';
import type { View } from '../frame/router.ts';
import type { Change } from '../model/cluster-changes.ts';
import { ClusterModel } from '../model/cluster-model.ts';
import type { Api } from '../net/api.ts';
import type { Live } from '../net/live.ts';
import type { Session } from '../net/session.ts';
import { Picture } from '../topology/picture.ts';
import { createHead } from './head.ts';
import { showVisitor } from './visitor.ts';

/** The cluster: how it stands, the picture of it, what happened, and what one can do. */

interface Parts {
  live: Live;
  api: Api;
  session: Session;
  /** Opens the dialog. */
  signIn: () => void;
  /** For those who listen instead of looking. */
  announce: (text: string) => void;
}

const statsEveryMs = 1_000;
/** The list is drawn anew at most so often: nobody reads faster. */
const feedEveryMs = 250;
const launcherEveryMs = 30_000;

/** The elements of the view, put together. */
function build(root: HTMLElement, parts: Parts) {
  const { live, api, session, signIn } = parts;
  const model = new ClusterModel(now().nowMs);
  const deeds = new Deeds(api);
  const onOutcome = (outcome: Outcome): void => {
    model.note(outcome.good ? 'deed' : 'trouble', outcome.text, now().wallMs);
    live.look();
  };
  const toolbar = createToolbar({
    deeds, signIn, onOutcome, status: () => live.status, isSignedIn: () => session.token !== null,
  });
  let chosen: string | null = null;
  const choose = (key: string | null, byHand: boolean): void => {
    const left = chosen;
    chosen = key;
    picture.mark(key);
    details.choose(key, byHand);
    if (key === null && left !== null) picture.focus(left);
  };
  const stage = element('div', { class: 'card stage' });
  const picture = new Picture(stage, (key) => choose(key, true));
  const details = new DetailsCard({
    api, deeds,
    onOutcome: (outcome) => {
      toolbar.tell(outcome);
      onOutcome(outcome);
    },
    onClose: () => choose(null, false),
  });
  const head = createHead();
  const charts = createCharts(model);
  const feed = createFeedCard(model.log);
  const visitor = element('div', { class: 'card visitor' });
  const inside = element('div', { class: 'inside', hidden: true },
    element('div', { class: 'broad' }, stage, charts.root),
    element('div', { class: 'beside' }, details.root, feed.root));
  root.append(visitor, head.root, toolbar.root, inside);
  head.root.hidden = true;
  showVisitor(visitor, { live, signIn });
  return { model, toolbar, picture, details, head, charts, feed, visitor, inside };
}

type Built = ReturnType<typeof build>;

/** Everything that happens goes to the model at once and to the screen with the next frame. */
function connect(built: Built, { live, api, session, announce }: Parts): void {
  const { model, picture, details, head, charts, feed, toolbar, visitor, inside } = built;
  const tell = (changes: readonly Change[]): void => {
    for (const { text } of changes) announce(text);
  };
  const draw = onFrame(() => {
    const { status } = live;
    inside.hidden = status === null;
    head.root.hidden = status === null;
    visitor.hidden = status !== null;
    if (status === null) return;
    head.show(status);
    picture.show(model.topology);
    details.show(status, model.topology.nodes);
  });
  let brokenBefore = false;
  let askedLauncher = false;
  live.subscribe({
    status(status) {
      tell(model.onStatus(status, now()));
      draw();
      if (!askedLauncher) void askLauncher();
    },
    view: (view) => tell(model.onView(view, now())),
    order(type, notice) {
      model.onOrder(type, notice, now());
      picture.flowOfOrder(notice);
    },
    connection(state) {
      const broken = state === 'broken';
      if (broken && !brokenBefore) {
        tell([{ kind: 'trouble', text: 'The connection to the front end broke' }]);
        model.note('trouble', 'The connection to the front end broke', now().wallMs);
      }
      if (state === 'live' && brokenBefore) {
        model.note('cluster', 'Connected again; nothing was missed', now().wallMs);
      }
      brokenBefore = broken;
      draw();
    },
  });
  const isShown = (): boolean => !inside.hidden && inside.isConnected && !document.hidden;
  const askStats = async (): Promise<void> => {
    if (live.status === null || document.hidden) return;
    const reply = await api.get<ClusterStats>('/v1/cluster/stats');
    if (reply.ok) tell(model.onStats(reply.body, now()));
    if (isShown()) charts.show(now().nowMs);
  };
  const askLauncher = async (): Promise<void> => {
    // Who sees no cluster may not ask for its nodes either.
    if (live.status === null) return;
    askedLauncher = true;
    const reply = await api.get<{ launcher: boolean }>('/v1/cluster/nodes');
    const present = reply.ok && reply.body.launcher;
    toolbar.setLauncher(present || !reply.ok);
    details.setLauncher(present);
  };
  setInterval(() => { void askStats(); }, statsEveryMs);
  setInterval(() => { void askLauncher(); }, launcherEveryMs);
  setInterval(() => { if (isShown()) feed.show(); }, feedEveryMs);
  session.onChange(() => { askedLauncher = false; });
  draw();
}

export const clusterView = (parts: Parts): View => ({
  name: 'cluster',
  title: 'Cluster',
  open(root) {
    connect(build(root, parts), parts);
    return {};
  },
});
