import type { Command } from 'commander';
import { benchOptions, readBenchConfig } from './config.ts';

export function addBenchCommand(program: Command): void {
  benchOptions(program.command('bench'))
    .description('Measure orders per second, latency, and what a killed primary costs.')
    .action(async (opts: unknown) => {
      readBenchConfig(opts);
    });
}
