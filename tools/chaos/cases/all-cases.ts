import type { ChaosCase } from './case.ts';
import { clockCases } from './clocks.ts';
import { diskCases } from './disks.ts';
import { identityCases } from './identity.ts';
import { killCases } from './kills.ts';
import { lifecycleCases } from './lifecycle.ts';
import { loadCases } from './load.ts';
import { networkQualityCases } from './network-quality.ts';
import { partitionCases } from './partitions.ts';
import { pauseCases } from './pauses.ts';

/** The table of cases, by number. */
export const allCases: readonly ChaosCase[] = [
  ...killCases, ...pauseCases, ...partitionCases, ...networkQualityCases, ...diskCases,
  ...clockCases, ...identityCases, ...lifecycleCases, ...loadCases,
].toSorted((a, b) => a.number - b.number);
