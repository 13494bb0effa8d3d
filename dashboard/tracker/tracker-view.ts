import { element } from '../frame/dom.ts';
import type { View } from '../frame/router.ts';

/** `#/track/TOKEN`, for whoever was given the link. */
export const trackerView = (_parts: { announce: (text: string) => void }): View => ({
  name: 'track',
  title: null,
  open(root) {
    root.append(element('h1', {}, 'Your order'));
    return {};
  },
});
