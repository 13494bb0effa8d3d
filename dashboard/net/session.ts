/**
 * Who uses the page: a token, kept for this tab alone. It travels in a header that this page adds,
 * never in a cookie, so no other page can have the browser send it.
 */

const storageKey = 'orderly.token';
/** What a token is made of; anything else in an address is not taken for one. */
const tokenForm = /^[A-Za-z0-9._~+/=-]{16,2000}$/;

export interface Session {
  readonly token: string | null;
  signIn(text: string): boolean;
  signOut(): void;
  onChange(listener: () => void): void;
}

/** Takes a token out of `#token=...`, so that it does not stay in the address or the history. */
export function tokenInAddress(hash: string): string | null {
  const text = /^#token=([^&]*)$/.exec(hash)?.[1];
  return text !== undefined && tokenForm.test(text) ? text : null;
}

export function openSession(): Session {
  const listeners: (() => void)[] = [];
  const given = tokenInAddress(location.hash);
  if (given !== null) {
    sessionStorage.setItem(storageKey, given);
    history.replaceState(null, '', location.pathname);
  }
  let token = sessionStorage.getItem(storageKey);
  const change = (next: string | null): void => {
    token = next;
    if (next === null) sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, next);
    for (const listener of listeners) listener();
  };
  return {
    get token() { return token; },
    signIn(text) {
      const wanted = text.trim();
      if (!tokenForm.test(wanted)) return false;
      change(wanted);
      return true;
    },
    signOut() { change(null); },
    onChange(listener) { listeners.push(listener); },
  };
}
