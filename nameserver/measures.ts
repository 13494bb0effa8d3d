import { measureProcess, watch } from '../shared/runtime/metrics.ts';
import type { NameService } from './service.ts';

/** What the name server measures, asked for when the metrics are read. */
export function measureNameServer(service: NameService): void {
  measureProcess('better-sqlite3');
  const labels = ['group'];
  watch({ name: 'orderly_epoch', help: 'Epoch of the view of each group.', labels },
    () => service.views().map(({ group, epoch }) => ({ labels: { group }, value: epoch })));
  watch({
    name: 'orderly_view_changes_total', labels,
    help: 'Views that were made, since the group began.',
  }, () => service.views()
    .map(({ group, viewNumber }) => ({ labels: { group }, value: viewNumber })), true);
  watch({
    name: 'orderly_in_sync_members', help: 'Size of the in-sync set of each group.', labels,
  }, () => service.views()
    .map(({ group, inSync }) => ({ labels: { group }, value: inSync.length })));
  watch({
    name: 'orderly_registrations', help: 'Living registrations.', labels: ['kind'],
  }, () => service.living().map(({ kind, count }) => ({ labels: { kind }, value: count })));
}
