import { clusterMemberSchema, publicParams } from '../../shared/contract/frontend.ts';
import { nodeListSchema, nodeSchema } from '../../shared/contract/launcher.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';

const launched = {
  topic: 'cluster' as const, access: 'operator' as const, method: 'POST' as const,
  params: publicParams.nodeChange, key: 'none' as const,
  success: { 200: nodeSchema },
  errors: ['no_launcher', 'not_found'] as const,
  example: { params: { node: 'backend-2' } },
};

export const nodeOperations: readonly PublicOperation[] = [
  define({
    name: 'node.list',
    doc: 'Every program of the cluster, and whether it runs where `orderly up` has started it.',
    topic: 'cluster', access: 'operator', method: 'GET', paths: ['/v1/cluster/nodes'],
    params: publicParams.nodeList, key: 'none',
    success: { 200: nodeListSchema }, errors: [], example: { params: {} },
    async run(_params, _caller, desk) {
      return { body: await desk.nodes.list() };
    },
  }),
  define({
    name: 'node.promote',
    doc: 'Make a back end that is in sync the primary.',
    topic: 'cluster', access: 'operator', method: 'POST',
    paths: ['/v1/cluster/nodes/:node/promote'],
    params: publicParams.nodeSwitch, key: 'none',
    success: { 200: clusterMemberSchema }, errors: ['not_found', 'not_in_sync'],
    example: { params: { node: 'backend-2' } },
    async run({ node }, _caller, desk) {
      return { body: await desk.cluster.promote(node) };
    },
  }),
  define({
    name: 'node.add',
    doc: 'Start one more back end; it joins by itself. Under `orderly up` only.',
    topic: 'cluster', access: 'operator', method: 'POST', paths: ['/v1/cluster/nodes'],
    params: publicParams.nodeAdd, key: 'none',
    success: { 201: nodeSchema }, errors: ['no_launcher'], example: { params: {} },
    async run(_params, _caller, desk) {
      return { status: 201, body: await desk.nodes.add() };
    },
  }),
  define({
    ...launched,
    name: 'node.start',
    doc: 'Start a program that was stopped. Under `orderly up` only.',
    paths: ['/v1/cluster/nodes/:node/start'],
    async run({ node }, _caller, desk) {
      return { body: await desk.nodes.change('start', node) };
    },
  }),
  define({
    ...launched,
    name: 'node.stop',
    doc: 'End a program in order; it stays stopped until node.start. Under `orderly up` only.',
    paths: ['/v1/cluster/nodes/:node/stop'],
    async run({ node }, _caller, desk) {
      return { body: await desk.nodes.change('stop', node) };
    },
  }),
  define({
    ...launched,
    name: 'node.kill',
    doc: 'End a program as a crash would; it is started again. Under `orderly up` only.',
    paths: ['/v1/cluster/nodes/:node/kill'],
    async run({ node }, _caller, desk) {
      return { body: await desk.nodes.change('kill', node) };
    },
  }),
];
