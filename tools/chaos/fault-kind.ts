import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Random } from '../simulator/random.ts';
import type { Equipped } from './faults/equipped.ts';
import type { Lab, LabProgram } from './lab.ts';

/** What every kind of fault gets. */
export interface FaultGround {
  lab: Lab;
  random: Random;
  /** How many back ends the run has when nothing was added. */
  backends: number;
  /** Disks and clocks that can be broken; null where this machine can not make them. */
  equipped: Equipped | null;
  /** The program may end by itself from now on (a full disk, say); it is started again. */
  mayEnd: (program: LabProgram) => void;
}

/** A fault that has begun. */
export interface Begun {
  /** What was done to whom, for the history. */
  what: string;
  holdMs: number;
  /** Takes it away; what it took away (a process, a link) is there again when it resolves. */
  end: () => Promise<void>;
}

export interface FaultKind {
  /** As --faults names it. */
  name: string;
  /** How often it is drawn in comparison with others. */
  weight: number;
  /** True: needs links that can be cut; only one such fault is under way at a time. */
  links: boolean;
  /** True: needs a disk and a clock that can be broken. */
  disks?: boolean;
  /** null when it can not be done now. */
  begin: (ground: FaultGround) => Promise<Begun | null>;
}

/** The programs that run and are not paused, of these roles. */
export const awake = ({ lab }: FaultGround, ...roles: LabProgram['role'][]): LabProgram[] =>
  lab.programs.filter((one) => roles.includes(one.role) && one.ready && !one.paused);

/** Half of the time the primary, else any back end; null when none is awake. */
export async function backendToHit(ground: FaultGround): Promise<LabProgram | null> {
  const { lab, random } = ground;
  const backends = awake(ground, 'backend');
  const primary = random.chance(0.5) ? await lab.primary() : null;
  if (primary !== null && backends.includes(primary)) return primary;
  return random.pick(backends) ?? null;
}

/** The primary where it is known, else any back end, with the other back ends. */
export async function primaryAndOthers(
  ground: FaultGround,
): Promise<{ primary: LabProgram; others: LabProgram[] } | null> {
  const backends = ground.lab.byRole('backend');
  const primary = await ground.lab.primary() ?? ground.random.pick(backends);
  if (primary === undefined) return null;
  return { primary, others: backends.filter((one) => one !== primary) };
}

/** Starts what does not run; what is missing for its start may come later, so failure is news. */
export async function startAgain(program: LabProgram): Promise<void> {
  if (program.pid !== null) return;
  try {
    await program.start();
  } catch (error) {
    if (!(error instanceof OrderlyError)) throw error;
    if (program.pid === null) await program.start();
  }
}
