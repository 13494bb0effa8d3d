import { byId, element } from './dom.ts';

/** Which view is shown: the part of the address behind #, as `#/orders`, or else `/track/TOKEN`. */

export interface View {
  /** First part of the address. */
  name: string;
  /** In the navigation; null for views that are reached by a link. */
  title: string | null;
  /** Builds it when it is first shown. */
  open(root: HTMLElement): OpenView;
}

export interface OpenView {
  /** Shown, with what follows its name in the address, decoded. */
  show?(rest: string): void;
  hide?(): void;
}

interface Place {
  view: View;
  root: HTMLElement;
  open: OpenView | null;
}

/** What is in the address, never trusted: a name of letters, and text that is only compared. */
export function addressOf(hash: string): { name: string; rest: string } | null {
  const [, name, rest = ''] = /^#\/([a-z]{1,20})(?:\/([^/]{0,400}))?$/.exec(hash) ?? [];
  if (name === undefined) return null;
  try {
    return { name, rest: decodeURIComponent(rest) };
  } catch {
    // Not a good encoding: an address that leads nowhere.
    return null;
  }
}

/** A link that somebody was sent has its view in the path. */
const addressHere = (): ReturnType<typeof addressOf> =>
  addressOf(location.hash) ?? addressOf(`#${location.pathname}`);

/** Begins to follow the address; the first view is shown where it names none. */
export function startRouter(views: readonly View[]): void {
  const main = byId('main', HTMLElement);
  const nav = byId('views', HTMLElement);
  const places = new Map<string, Place>();
  const links = new Map<string, HTMLAnchorElement>();
  for (const view of views) {
    const root = element('section', { class: `view view-${view.name}`, hidden: true });
    main.append(root);
    places.set(view.name, { view, root, open: null });
    if (view.title === null) continue;
    const link = element('a', { href: `#/${view.name}` }, view.title);
    links.set(view.name, link);
    nav.append(link);
  }
  let current: Place | null = null;
  const show = (): void => {
    const address = addressHere();
    const place = places.get(address?.name ?? '') ?? current ?? places.values().next().value;
    if (place === undefined) return;
    if (place !== current) {
      current?.open?.hide?.();
      for (const { root } of places.values()) root.hidden = root !== place.root;
      for (const [name, link] of links) {
        if (name === place.view.name) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      }
      current = place;
      document.title = place.view.title === null ? 'Orderly' : `${place.view.title} · Orderly`;
    }
    place.open ??= place.view.open(place.root);
    place.open.show?.(address?.rest ?? '');
  };
  addEventListener('hashchange', show);
  show();
}
