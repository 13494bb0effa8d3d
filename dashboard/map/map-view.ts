import { element } from '../frame/dom.ts';
import type { View } from '../frame/router.ts';
import type { Api } from '../net/api.ts';
import type { Live } from '../net/live.ts';

export const mapView = (_parts: { live: Live; api: Api; signIn: () => void }): View => ({
  name: 'map',
  title: 'Map',
  open(root) {
    root.append(element('h1', {}, 'Map'));
    return {};
  },
});
