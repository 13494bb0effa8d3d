import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What is waited for comes in a moment, or, on a machine that is busy, in a few seconds. */
const expectation = { poll: { timeout: 20_000 } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{shared,nameserver,frontend-server,backend-server,client,dashboard,tools}/**/*.test.ts',
          ],
          globalSetup: 'tests/temp-folder.ts',
          setupFiles: 'tests/same-process.ts',
          testTimeout: 60_000,
          hookTimeout: 30_000,
          expect: expectation,
          // A worker loads a module once for all of its files, so no test may replace one, and
          // what a test changes in one it restores.
          isolate: false,
          // Many of them wait for a time-out of the programs most of their time.
          maxWorkers: Math.max(availableParallelism(), 4),
        },
      },
      {
        test: {
          name: 'processes',
          include: ['tests/*.test.ts'],
          globalSetup: 'tests/temp-folder.ts',
          setupFiles: 'tests/same-process.ts',
          testTimeout: 120_000,
          hookTimeout: 60_000,
          expect: expectation,
          // As above; each file would load half of the system anew.
          isolate: false,
          // Most of their time they wait; more at once would measure the machine.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // More of the same kind, not in `npm test`: `npm run test:long`.
        test: {
          name: 'long',
          include: ['tests/long/*.test.ts'],
          globalSetup: 'tests/temp-folder.ts',
          testTimeout: 120_000,
          hookTimeout: 60_000,
          expect: expectation,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
