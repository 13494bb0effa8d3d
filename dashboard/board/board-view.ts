import { element } from '../frame/dom.ts';
import type { View } from '../frame/router.ts';
import type { Live } from '../net/live.ts';

export const boardView = (_parts: { live: Live }): View => ({
  name: 'orders',
  title: 'Orders',
  open(root) {
    root.append(element('h1', {}, 'Orders'));
    return {};
  },
});
