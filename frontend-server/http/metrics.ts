import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { metricsContentType, metricsText, watch } from '../../shared/runtime/metrics.ts';
import type { ClusterDesk } from '../cluster-desk.ts';
import type { Forwarder } from '../forwarder.ts';
import type { Identities } from '../identity.ts';
import { requireInsider } from './insider.ts';

/**
 * GET /metrics: what this front end measured; `?node=` that of a back end or of the name server,
 * which have no public port. GET /metrics/targets lists them all in the form of Prometheus' HTTP
 * service discovery, so that back ends that come and go are found.
 */

interface MetricsParts {
  cluster: Pick<ClusterDesk, 'metricsOf' | 'programs'>;
  identities: Identities;
}

const housekeeping = { config: { housekeeping: true } };
const nodeLengthMax = 200;

/** The program that is asked about; null: this one. */
export function nodeOf(request: FastifyRequest): string | null {
  const { node } = request.query as { node?: unknown };
  if (node === undefined) return null;
  if (typeof node === 'string' && node !== '' && node.length <= nodeLengthMax) return node;
  throw new OrderlyError('invalid_params', undefined, {
    issues: [{ pointer: '/node', code: 'custom', detail: 'One name of a back end.' }],
  });
}

export function addMetrics(app: FastifyInstance, { cluster, identities }: MetricsParts): void {
  app.get('/metrics', housekeeping, async (request, reply) => {
    requireInsider(request, identities);
    const node = nodeOf(request);
    const text = await (node === null ? metricsText() : cluster.metricsOf(node));
    return reply.header('content-type', metricsContentType).send(text);
  });

  app.get('/metrics/targets', housekeeping, async (request, reply) => {
    requireInsider(request, identities);
    const targets = (await cluster.programs()).map(({ node, address }) => ({
      targets: [address], labels: node === null ? {} : { __param_node: node, node },
    }));
    return reply.header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify(targets));
  });
}

interface Measured {
  forwarder: Pick<Forwarder, 'waiting'>;
  events: { readonly streams: number };
  /** Orders in the queue, and since when the oldest of them waits. */
  queue: { readonly load: { rows: number; oldestAtMs: number | null } };
  /** Calls of services that no instance has answered yet. */
  calls: { readonly depth: number };
  belief: () => { epoch: number } | null;
  wallMs: () => number;
  certificate: { readonly expiresMs: number } | null;
}

/** What a front end shows of itself beside what it counts. */
export function watchFrontEnd(measured: Measured): void {
  const { forwarder, events, queue, calls, belief, wallMs, certificate } = measured;
  watch({ name: 'orderly_queue_depth', help: 'Orders that no back end has decided yet.' },
    () => [{ value: queue.load.rows }]);
  watch({
    name: 'orderly_queue_oldest_age_seconds', help: 'How long the oldest of them waits; 0: none.',
  }, () => {
    const { oldestAtMs } = queue.load;
    return [{ value: oldestAtMs === null ? 0 : Math.max(0, wallMs() - oldestAtMs) / 1_000 }];
  });
  watch({ name: 'orderly_call_queue_depth', help: 'Calls that no service has answered yet.' },
    () => [{ value: calls.depth }]);
  watch({ name: 'orderly_requests_waiting', help: 'Requests that wait for a back end now.' },
    () => [{ value: forwarder.waiting }]);
  watch({ name: 'orderly_event_streams', help: 'Event streams that are open now.' },
    () => [{ value: events.streams }]);
  watch({ name: 'orderly_epoch', help: 'Epoch of the primary that is believed in; 0: none.' },
    () => [{ value: belief()?.epoch ?? 0 }]);
  if (certificate === null) return;
  watch({
    name: 'orderly_tls_certificate_end_seconds', help: 'When the certificate ends, since 1970.',
  }, () => [{ value: certificate.expiresMs / 1_000 }]);
}
