import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { ChaosCase } from './cases/case.ts';
import { chooseCases } from './cases/choose-cases.ts';
import type { FaultKind } from './fault-kind.ts';
import type { LabOptions } from './lab.ts';

export interface ChaosConfig {
  faultsMs: number;
  seed: number;
  backends: number;
  frontends: number;
  customers: number;
  kinds: readonly FaultKind[];
  placement: LabOptions['placement'];
  keep: boolean;
  json: boolean;
  selfTest: boolean;
  /** Set: these are run instead of random faults. */
  cases: readonly ChaosCase[] | null;
  /** How long a case goes on that repeats its faults. */
  seconds: number;
  /** Document that gets the table of the cases. */
  write: string | null;
}

const seedMax = 2 ** 31;
const optionsSchema = z.object({
  minutes: z.coerce.number().min(0.05).max(10_080),
  seed: z.coerce.number().int().min(0).max(seedMax).optional(),
  backends: z.coerce.number().int().min(1).max(16),
  frontends: z.coerce.number().int().min(1).max(8),
  customers: z.coerce.number().int().min(1).max(256),
  faults: z.string().optional(),
  hosts: z.boolean().default(false),
  local: z.boolean().default(false),
  keep: z.boolean().default(false),
  json: z.boolean().default(false),
  selfTest: z.boolean().default(false),
  case: z.string().optional(),
  cases: z.string().optional(),
  seconds: z.coerce.number().min(1).max(86_400),
  write: z.string().min(1).optional(),
});

const wrong = (detail: string): OrderlyError => new OrderlyError('invalid_params', detail);

function chosenKinds(text: string | undefined, kinds: readonly FaultKind[]): readonly FaultKind[] {
  if (text === undefined) return kinds;
  return text.split(',').map((part) => {
    const found = kinds.find(({ name }) => name === part.trim());
    if (found === undefined) throw wrong(`--faults: there is no kind "${part.trim()}".`);
    return found;
  });
}

export function readChaosConfig(opts: unknown, kinds: readonly FaultKind[]): ChaosConfig {
  const parsed = optionsSchema.safeParse(opts);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`--${String(issue?.path[0])}: ${issue?.message ?? 'wrong value'}`);
  }
  const { minutes, seed, faults, hosts, local, case: one, cases = one, ...rest } = parsed.data;
  if (hosts && local) throw wrong('--hosts and --local exclude each other.');
  return {
    ...rest,
    faultsMs: minutes * 60_000,
    seed: seed ?? randomInt(seedMax),
    kinds: chosenKinds(faults, kinds),
    placement: hosts ? 'hosts' : local ? 'local' : 'auto',
    cases: cases === undefined ? null : chooseCases(cases),
    write: rest.write ?? null,
  };
}
