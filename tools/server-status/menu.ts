import { Failure } from '../../client/failure.ts';
import { describeFailure } from '../../client/messages.ts';
import { PromptEnded, type Choice, type Prompts } from '../../client/prompts.ts';
import type { Terminal } from '../../client/terminal.ts';
import { told } from '../../client/view/told.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Cluster } from './cluster.ts';
import { carryOut, tooFewUp, type Deed } from './deeds.ts';
import type { BackEnd, Snapshot } from './snapshot.ts';
import { isUp, roleOf } from './standing.ts';
import { statePainted, statusView } from './view.ts';

type Step = { kind: 'look'; backEnd: BackEnd } | { kind: 'refresh' } | { kind: 'quit' };

export interface Desk {
  cluster: Cluster;
  terminal: Terminal;
  prompts: Prompts;
  clock: Clock;
  yes: boolean;
}

function choices({ backEnds }: Snapshot, { talkPaint }: Terminal): Choice<Step>[] {
  const members = backEnds.map((backEnd): Choice<Step> => {
    const role = roleOf(backEnd);
    const standing = [statePainted(backEnd, talkPaint), ...(role === null ? [] : [role])];
    return {
      name: `${told(backEnd.id, 64)}  ${standing.join(', ')}`,
      value: { kind: 'look', backEnd },
      ...(backEnd.status === null ? { disabled: '(does not answer)' } : {}),
    };
  });
  return [
    ...members,
    { name: 'Refresh', value: { kind: 'refresh' } },
    { name: 'Quit', value: { kind: 'quit' } },
  ];
}

/** What can be done to it as it stands. */
function deedChoices(backEnd: BackEnd): Choice<Deed | null>[] {
  const { status } = backEnd;
  const none = status === null ? { disabled: '(does not answer)' } : {};
  const off = status?.down === true ? { disabled: '(switched off)' } : none;
  const drains = status?.state === 'draining';
  const leads = status?.role === 'primary';
  const notNext = status?.state === 'in sync' ? {} : { disabled: '(not in sync)' };
  return [
    { name: isUp(backEnd) ? 'Switch down' : 'Switch up', value: 'toggle', ...none },
    {
      name: drains ? 'Resume (end draining)' : 'Drain (lead only while nobody else can)',
      value: drains ? 'resume' : 'drain', ...off,
    },
    {
      name: 'Promote to primary', value: 'promote',
      ...(leads ? { disabled: '(leads already)' } : notNext),
    },
    { name: 'Back', value: null },
  ];
}

/** Asks what to do to this back end and does it; resolves with what came of it, a line each. */
export async function askDeed(
  desk: Desk, snapshot: Snapshot, backEnd: BackEnd,
): Promise<string[]> {
  const deed = await desk.prompts.choose({
    message: `${told(backEnd.id, 64)}:`, choices: deedChoices(backEnd),
  });
  return deed === null ? [] : doDeed(desk, { snapshot, backEnd }, deed);
}

/** Does it, asking where that is needed; failures are lines too. */
export async function doDeed(
  desk: Desk, subject: { snapshot: Snapshot; backEnd: BackEnd }, deed: Deed,
): Promise<string[]> {
  const { cluster, terminal: { talkPaint }, prompts, clock, yes } = desk;
  const { snapshot, backEnd } = subject;
  try {
    const after = await carryOut(cluster, subject, { deed, yes, prompts, clock });
    if (after === null) return ['Nothing was switched.'];
    const role = roleOf(after);
    const standing = `${statePainted(after, talkPaint)}${role === null ? '' : `, ${role}`}`;
    const warning = tooFewUp(snapshot, after);
    return [
      `${told(backEnd.id, 64)}: ${standing}.`,
      ...(warning === null ? [] : [`${talkPaint.yellow('warning:')} ${warning}`]),
    ];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return describeFailure(error, talkPaint, false).split('\n');
  }
}

/** The table, then a choice, until the person quits; the end of the input counts as quitting. */
export async function runStatusMenu(desk: Desk): Promise<void> {
  const { cluster, terminal, prompts } = desk;
  let snapshot: Snapshot | null = null;
  try {
    for (;;) {
      snapshot = await cluster.snapshot(snapshot);
      terminal.print(statusView(snapshot, terminal.screen, false));
      const step: Step = await prompts.choose({
        message: 'Choose a back end to switch, drain or promote:',
        choices: choices(snapshot, terminal),
      });
      if (step.kind === 'quit') return;
      if (step.kind === 'look') {
        for (const line of await askDeed(desk, snapshot, step.backEnd)) terminal.say(line);
      }
      terminal.say('');
    }
  } catch (error) {
    if (!(error instanceof PromptEnded) || error.how !== 'end') throw error;
    terminal.say('');
  }
}
