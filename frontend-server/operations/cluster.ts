import { publicParams } from '../../shared/contract/frontend.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';

export const clusterOperations: readonly PublicOperation[] = [
  define({
    name: 'cluster.status',
    doc: 'The view, and every back end as it sees itself.',
    access: 'operator', method: 'GET', paths: ['/v1/cluster'],
    params: publicParams.clusterStatus, key: 'none',
    async run(_params, _caller, desk) {
      return { body: await desk.cluster.status() };
    },
  }),
  define({
    name: 'node.down',
    doc: 'Switch a back end down: it refuses every call but status and node.up.',
    access: 'operator', method: 'POST', paths: ['/v1/cluster/nodes/:node/down'],
    params: publicParams.nodeSwitch, key: 'none',
    async run({ node }, _caller, desk) {
      return { body: await desk.cluster.setDown(node, true) };
    },
  }),
  define({
    name: 'node.up',
    doc: 'Switch a back end up again.',
    access: 'operator', method: 'POST', paths: ['/v1/cluster/nodes/:node/up'],
    params: publicParams.nodeSwitch, key: 'none',
    async run({ node }, _caller, desk) {
      return { body: await desk.cluster.setDown(node, false) };
    },
  }),
];
