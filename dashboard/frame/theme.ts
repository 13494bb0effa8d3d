import { byId, element } from './dom.ts';

/** Light, dark, or as the system has it; kept in this browser. */

const storageKey = 'orderly.theme';
const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const isTheme = (text: string | null): text is Theme =>
  themes.some((theme) => theme === text);

function apply(theme: Theme, button: HTMLButtonElement): void {
  const root = document.documentElement;
  if (theme === 'auto') root.removeAttribute('data-theme');
  else root.dataset['theme'] = theme;
  button.replaceChildren(element('span', { class: 'roomy' }, 'Theme: '), theme);
  button.setAttribute('aria-label', `Theme: ${theme}`);
}

export function startTheme(): void {
  const button = byId('theme', HTMLButtonElement);
  const kept = localStorage.getItem(storageKey);
  let theme: Theme = isTheme(kept) ? kept : 'auto';
  apply(theme, button);
  button.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
    localStorage.setItem(storageKey, theme);
    apply(theme, button);
  });
}
