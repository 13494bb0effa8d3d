import type { Step } from '../../shared/contract/lifecycle.ts';
import { element } from '../frame/dom.ts';
import type { Move } from '../model/order-moves.ts';
import { spaced } from '../model/order-words.ts';
import type { StepInput } from './order-deeds.ts';

/** What has to be said before a step is taken, in place of the buttons: why, or who takes it. */

export interface StepChoice {
  step: Step;
  input: StepInput;
}

export interface Asked {
  step: Step;
  root: HTMLElement;
  focus(): void;
  /** True when the key meant something here. */
  onKey(event: KeyboardEvent, inField: boolean): boolean;
}

/** Null: rather not. */
type Answered = (choice: StepChoice | null) => void;

const courierLengthMax = 80;
/** Who took the last one along takes the next one too, more often than not. */
let lastCourier = '';

function backButton(answered: Answered): HTMLButtonElement {
  const back = element('button', { type: 'button', class: 'quiet' }, 'Back ',
    element('kbd', { 'aria-hidden': 'true' }, 'Esc'));
  back.addEventListener('click', () => answered(null));
  return back;
}

function askReason({ step, label, reasons }: Move, answered: Answered): Asked {
  const choose = (reason: string): void => answered({ step, input: { reason } });
  const buttons = reasons.map((reason, n) => {
    const button = element('button', { type: 'button', 'aria-keyshortcuts': n + 1 },
      spaced(reason), ' ', element('kbd', { 'aria-hidden': 'true' }, String(n + 1)));
    button.addEventListener('click', () => choose(reason));
    return button;
  });
  const root = element('div', {
    class: 'moves asks', role: 'group', 'aria-label': `${label}: why?`,
  }, element('span', { class: 'question' }, `${label}: why?`), ...buttons, backButton(answered));
  return {
    step, root,
    focus() { buttons[0]?.focus(); },
    onKey({ key }) {
      const reason = reasons[Number(key) - 1];
      if (key === 'Escape') answered(null);
      else if (reason !== undefined) choose(reason);
      return key === 'Escape' || reason !== undefined;
    },
  };
}

function askCourier({ step, label }: Move, answered: Answered): Asked {
  const field = element('input', {
    type: 'text', maxlength: courierLengthMax, value: lastCourier, autocomplete: 'off',
    placeholder: 'Name, if you like', 'aria-label': 'Courier',
  });
  const go = (): void => {
    lastCourier = field.value.trim();
    answered({ step, input: lastCourier === '' ? {} : { courier: { name: lastCourier } } });
  };
  const button = element('button', { type: 'button', class: 'main' }, label, ' ',
    element('kbd', { 'aria-hidden': 'true' }, 'Enter'));
  button.addEventListener('click', go);
  const root = element('div', { class: 'moves asks', role: 'group', 'aria-label': 'Who takes it?' },
    element('span', { class: 'question' }, 'Who takes it?'), field, button,
    backButton(answered));
  return {
    step, root,
    focus() {
      field.focus();
      field.select();
    },
    onKey({ key }, inField) {
      if (key === 'Escape') answered(null);
      else if (key === 'Enter' && inField) go();
      return key === 'Escape' || (key === 'Enter' && inField);
    },
  };
}

export const askFor = (move: Move, answered: Answered): Asked =>
  (move.reasons.length > 0 ? askReason(move, answered) : askCourier(move, answered));
