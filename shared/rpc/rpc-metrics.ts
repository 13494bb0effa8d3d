import { Durations } from '../runtime/metrics.ts';

/** `outcome`: ok, or the code of the error. */
export const serverDurations = new Durations({
  name: 'orderly_rpc_server_duration_seconds',
  help: 'Calls that were carried out here.',
  labels: ['method', 'outcome'],
});

/** `peer`: host:port of the other side. */
export const clientDurations = new Durations({
  name: 'orderly_rpc_client_duration_seconds',
  help: 'Calls to other programs, until they were answered or given up.',
  labels: ['method', 'peer', 'outcome'],
});
