import { must } from '../../shared/runtime/assert.ts';

/** Elements and text. Nothing here or elsewhere in the page makes markup of a text. */

type Attributes = Readonly<Record<string, string | number | boolean | null>>;
type Child = Node | string | null;

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Only where it differs, so that nothing is laid out, or read aloud, again for nothing. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** An element of the page that must be there: index.html has it. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  return must(found instanceof type ? found : null, `no #${id} in the page`);
}
