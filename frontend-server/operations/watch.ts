import { nodeActivitySchema } from '../../shared/contract/activity.ts';
import { clusterStatsSchema } from '../../shared/contract/cluster-stats.ts';
import { publicParams } from '../../shared/contract/frontend.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';

/** What whoever watches the cluster asks again and again. */
export const watchOperations: readonly PublicOperation[] = [
  define({
    name: 'cluster.stats',
    doc: 'How long orders take at this front end, what waits in it, and its last outages.',
    topic: 'cluster', access: 'operator', method: 'GET', paths: ['/v1/cluster/stats'],
    params: publicParams.clusterStatus, key: 'none',
    success: { 200: clusterStatsSchema }, errors: [], example: { params: {} },
    async run(_params, _caller, desk) {
      return { body: desk.stats.read() };
    },
  }),
  define({
    name: 'node.activity',
    doc: 'What a back end did since it was started: how many ops as primary and as backup, and the '
      + 'last twenty of them, without anything that people wrote.',
    topic: 'cluster', access: 'operator', method: 'GET',
    paths: ['/v1/cluster/nodes/:node/activity'],
    params: publicParams.nodeSwitch, key: 'none',
    success: { 200: nodeActivitySchema }, errors: ['not_found'],
    example: { params: { node: 'backend-2' } },
    async run({ node }, _caller, desk) {
      return { body: await desk.cluster.activityOf(node) };
    },
  }),
];
