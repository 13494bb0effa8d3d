import { metricsMethods } from '../contract/metrics.ts';
import { metricsText } from '../runtime/metrics.ts';
import { implement } from './dispatch.ts';
import type { Implementation } from './dispatch.ts';

/** Tells what this process measured; `refresh` counts before that what is not counted at once. */
export const servedMetrics = (refresh: () => Promise<void> = async () => {}): Implementation =>
  implement(metricsMethods.read, async () => {
    await refresh();
    return { text: await metricsText() };
  });
