import { element } from '../frame/dom.ts';
import { durationWords } from '../model/cluster-changes.ts';
import type { ClusterModel } from '../model/cluster-model.ts';
import { Chart } from './chart.ts';

/** The four charts of the cluster. */

export interface Charts {
  root: HTMLElement;
  show(nowMs: number): void;
}

const ms = (value: number | null): string => (value === null ? '\u2013' : durationWords(value));

export function createCharts(model: ClusterModel): Charts {
  const orders = new Chart({
    title: 'Orders per second', unit: '', least: 4, filled: true, named: true,
  });
  const times = new Chart({
    title: 'Time to place an order', unit: ' ms', least: 20, filled: false, named: true,
  });
  const lags = new Chart({
    title: 'Lag of the back ends', unit: '', least: 4, filled: false, named: false,
  });
  const queue = new Chart({
    title: 'Queued orders', unit: '', least: 4, filled: true, named: false,
  });
  const root = element('div', { class: 'charts' },
    orders.root, times.root, lags.root, queue.root);
  return {
    root,
    show(nowMs) {
      const { marks, latencies: { p50, p95, p99 } } = model;
      const common = { marks, nowMs };
      const rate = model.orders.samples(nowMs, model.startedMs);
      orders.show({
        ...common, curves: [{ name: '', samples: rate }],
        value: `${rate.at(-1)?.value ?? 0} per second`,
      });
      times.show({
        ...common,
        curves: [
          { name: 'half', samples: p50.samples }, { name: '95\u00a0%', samples: p95.samples },
          { name: '99\u00a0%', samples: p99.samples },
        ],
        value: p50.last === null ? 'no order yet'
          : `half in ${ms(p50.last)}, 99\u00a0% in ${ms(p99.last)}`,
      });
      const lagging = [...model.lags].map(([name, { samples }]) => ({ name, samples }))
        .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
      const most = Math.max(0, ...lagging.map(({ samples }) => samples.at(-1)?.value ?? 0));
      lags.show({
        ...common, curves: lagging,
        value: most === 0 ? 'none' : `${most} ${most === 1 ? 'op' : 'ops'} at most`,
      });
      queue.show({
        ...common, curves: [{ name: '', samples: model.queue.samples }],
        value: model.queue.last === 0 || model.queue.last === null
          ? 'none' : `${model.queue.last} wait`,
      });
    },
  };
}
