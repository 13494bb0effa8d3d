import { element, setText } from '../frame/dom.ts';

/** How many orders wait to be accepted: at the link to the board, and in the title of the tab. */

const shownMax = 99;
/** What comes meanwhile is shown together: the browser does a lot for a new title. */
const gatherMs = 100;

export class Badge {
  readonly #number = element('span');
  readonly #mark = element('span', { class: 'nav-badge', hidden: true },
    this.#number, element('span', { class: 'unseen' }, ' incoming'));
  #count = 0;
  #planned = false;

  constructor() {
    // Each view writes a title of its own.
    const title = document.querySelector('title');
    const observer = new MutationObserver(() => this.#markTitle());
    if (title !== null) observer.observe(title, { childList: true });
  }

  /** By a timer, not with a frame: there are none while the tab is hidden. */
  show(count: number): void {
    this.#count = count;
    if (this.#planned) return;
    this.#planned = true;
    setTimeout(() => this.#draw(), gatherMs);
  }

  #draw(): void {
    this.#planned = false;
    const count = this.#count;
    if (!this.#mark.isConnected) {
      document.querySelector('#views a[href="#/orders"]')?.append(this.#mark);
    }
    this.#mark.hidden = count === 0;
    setText(this.#number, count > shownMax ? `${shownMax}+` : String(count));
    this.#markTitle();
  }

  #markTitle(): void {
    const plain = document.title.replace(/^\(\d+\+?\) /, '');
    const title = this.#mark.hidden ? plain : `(${this.#number.textContent}) ${plain}`;
    if (document.title !== title) document.title = title;
  }
}
