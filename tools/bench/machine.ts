import { arch, cpus, platform } from 'node:os';
import { z } from 'zod';

/** What figures depend on beside the programs; field names as in the report. */
export const machineSchema = z.looseObject({
  cores: z.int(), cpu: z.string(), node: z.string(), platform: z.string(),
});
export type Machine = z.infer<typeof machineSchema>;

export function machineFacts(): Machine {
  const processors = cpus();
  return {
    cores: processors.length,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    node: process.version,
    platform: `${platform()} ${arch()}`,
  };
}

/** The facts in which the two differ, as words; empty for the same machine. */
export const differences = (before: Machine, now: Machine): string[] =>
  (['cores', 'cpu', 'node', 'platform'] as const)
    .filter((fact) => before[fact] !== now[fact])
    .map((fact) => `${fact} ${before[fact]}, now ${now[fact]}`);
