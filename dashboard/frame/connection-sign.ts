import type { Connection, Live } from '../net/live.ts';
import { byId, setText } from './dom.ts';

/** Whether what is shown is what is now. */

const words: Readonly<Record<Connection, string>> = {
  anonymous: 'not signed in',
  connecting: 'connecting',
  live: 'live',
  broken: 'reconnecting',
  refused: 'token refused',
};

export function startConnectionSign(live: Live): void {
  const sign = byId('connection', HTMLElement);
  const show = (state: Connection): void => {
    sign.dataset['state'] = state;
    setText(sign, words[state]);
  };
  live.subscribe({ connection: show });
  show(live.connection);
}
