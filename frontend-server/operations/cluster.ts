import {
  clusterMemberSchema, clusterStatusSchema, publicParams,
} from '../../shared/contract/frontend.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';

const nodeSwitch = {
  success: { 200: clusterMemberSchema },
  errors: ['not_found'] as const,
  example: { params: { node: 'backend-2' } },
};

export const clusterOperations: readonly PublicOperation[] = [
  define({
    name: 'cluster.status',
    doc: 'The view, and every back end as it sees itself.',
    topic: 'cluster', access: 'operator', method: 'GET', paths: ['/v1/cluster'],
    params: publicParams.clusterStatus, key: 'none',
    success: { 200: clusterStatusSchema }, errors: [], example: { params: {} },
    async run(_params, _caller, desk) {
      return { body: await desk.cluster.status() };
    },
  }),
  define({
    name: 'node.down',
    doc: 'Switch a back end down: it refuses every call but status and node.up.',
    topic: 'cluster', access: 'operator', method: 'POST', paths: ['/v1/cluster/nodes/:node/down'],
    params: publicParams.nodeSwitch, key: 'none', ...nodeSwitch,
    async run({ node }, _caller, desk) {
      return { body: await desk.cluster.setDown(node, true) };
    },
  }),
  define({
    name: 'node.up',
    doc: 'Switch a back end up again.',
    topic: 'cluster', access: 'operator', method: 'POST', paths: ['/v1/cluster/nodes/:node/up'],
    params: publicParams.nodeSwitch, key: 'none', ...nodeSwitch,
    async run({ node }, _caller, desk) {
      return { body: await desk.cluster.setDown(node, false) };
    },
  }),
  define({
    name: 'node.drain',
    doc: 'Drain a back end: it keeps every order, and leads only while nobody else can.',
    topic: 'cluster', access: 'operator', method: 'POST', paths: ['/v1/cluster/nodes/:node/drain'],
    params: publicParams.nodeSwitch, key: 'none', ...nodeSwitch,
    async run({ node }, _caller, desk) {
      return { body: await desk.cluster.setDraining(node, true) };
    },
  }),
  define({
    name: 'node.resume',
    doc: 'End the draining of a back end: it may lead again.',
    topic: 'cluster', access: 'operator', method: 'POST', paths: ['/v1/cluster/nodes/:node/resume'],
    params: publicParams.nodeSwitch, key: 'none', ...nodeSwitch,
    async run({ node }, _caller, desk) {
      return { body: await desk.cluster.setDraining(node, false) };
    },
  }),
];
