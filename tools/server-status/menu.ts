import { Failure } from '../../client/failure.ts';
import { describeFailure } from '../../client/messages.ts';
import { PromptEnded, type Choice, type Prompts } from '../../client/prompts.ts';
import type { Terminal } from '../../client/terminal.ts';
import { told } from '../../client/view/told.ts';
import type { Cluster } from './cluster.ts';
import type { BackEnd, Snapshot } from './snapshot.ts';
import { roleOf } from './standing.ts';
import { switchBackEnd, tooFewUp } from './switch.ts';
import { statePainted, statusView } from './view.ts';

type Step = { kind: 'toggle'; backEnd: BackEnd } | { kind: 'refresh' } | { kind: 'quit' };

export interface Desk {
  cluster: Cluster;
  terminal: Terminal;
  prompts: Prompts;
  yes: boolean;
}

function choices({ backEnds }: Snapshot, { talkPaint }: Terminal): Choice<Step>[] {
  const toggles = backEnds.map((backEnd): Choice<Step> => {
    const role = roleOf(backEnd);
    const standing = [statePainted(backEnd, talkPaint), ...(role === null ? [] : [role])];
    return {
      name: `${told(backEnd.id, 64)}  ${standing.join(', ')}`,
      value: { kind: 'toggle', backEnd },
      ...(backEnd.status === null ? { disabled: '(does not answer)' } : {}),
    };
  });
  return [
    ...toggles,
    { name: 'Refresh', value: { kind: 'refresh' } },
    { name: 'Quit', value: { kind: 'quit' } },
  ];
}

async function toggle(desk: Desk, snapshot: Snapshot, backEnd: BackEnd): Promise<void> {
  const { cluster, terminal, prompts, yes } = desk;
  try {
    const after = await switchBackEnd(
      cluster, { snapshot, backEnd }, { wish: 'toggle', yes, prompts },
    );
    if (after === null) {
      terminal.say('Nothing was switched.');
      return;
    }
    terminal.say(`${told(backEnd.id, 64)}: ${statePainted(after, terminal.talkPaint)}.`);
    const warning = tooFewUp(snapshot, after);
    if (warning !== null) terminal.say(`${terminal.talkPaint.yellow('warning:')} ${warning}`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    terminal.say(describeFailure(error, terminal.talkPaint, false));
  }
}

/** The table, then a choice, until the person quits; the end of the input counts as quitting. */
export async function runStatusMenu(desk: Desk): Promise<void> {
  const { cluster, terminal, prompts } = desk;
  try {
    for (;;) {
      const snapshot = await cluster.snapshot();
      terminal.print(statusView(snapshot, terminal.screen));
      const step: Step = await prompts.choose({
        message: 'Switch a back end down or up:', choices: choices(snapshot, terminal),
      });
      if (step.kind === 'quit') return;
      if (step.kind === 'toggle') await toggle(desk, snapshot, step.backEnd);
      terminal.say('');
    }
  } catch (error) {
    if (!(error instanceof PromptEnded) || error.how !== 'end') throw error;
    terminal.say('');
  }
}
