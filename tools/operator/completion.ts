import type { Argument, Command, Option } from 'commander';
import type { CommonOptions } from '../../client/client-config.ts';
import type { Surroundings } from '../own-command.ts';
import type { Known } from './complete.ts';
import type { TreeNamed } from './config-print.ts';
import { idKinds, idsOf, type IdKind } from './completion-ids.ts';

/** What can stand in place of the last of some words. */

export interface Candidate {
  value: string;
  /** Empty where there is nothing to say. */
  about: string;
}

interface Source {
  at: Surroundings;
  commands: readonly Known[];
  treeNamed: TreeNamed;
}

/** Where the words have led: the command, the values given, and an option that lacks its value. */
interface Place {
  command: Command;
  path: string[];
  operands: number;
  given: Record<string, string>;
  lacking: Option | null;
}

function* above(command: Command): Generator<Command> {
  for (let one: Command | null = command; one !== null; one = one.parent) yield one;
}

const optionsOf = (command: Command): Option[] =>
  [...above(command)].flatMap((one) => [...one.options]).filter(({ hidden }) => !hidden);

const takesValue = ({ required, optional }: Option): boolean => required || optional;

function walk(root: Command, words: readonly string[]): Place {
  const place: Place = {
    command: root, path: [root.name().replace(/^orderly /, '')], operands: 0, given: {},
    lacking: null,
  };
  for (const word of words) {
    if (place.lacking !== null) {
      place.given[place.lacking.attributeName()] = word;
      place.lacking = null;
    } else if (word.startsWith('-')) {
      const [flag = '', value] = word.split(/=(.*)/s);
      const option = optionsOf(place.command).find(({ long, short }) =>
        long === flag || short === flag);
      if (option === undefined || !takesValue(option)) continue;
      if (value === undefined) place.lacking = option;
      else place.given[option.attributeName()] = value;
    } else {
      const child = place.operands === 0
        ? place.command.commands.find((one) => one.name() === word) : undefined;
      if (child === undefined) place.operands += 1;
      else {
        place.command = child;
        place.path.push(child.name());
      }
    }
  }
  return place;
}

const plain = (values: readonly string[]): Candidate[] =>
  values.map((value) => ({ value, about: '' }));

const flags = (command: Command): Candidate[] => [
  ...optionsOf(command).flatMap(({ long, description }) =>
    (long === undefined || long === null ? [] : [{ value: long, about: description }])),
  { value: '--help', about: 'what this command can do' },
];

/** A description that begins with the words that the argument may be. */
const wordsIn = (description: string): string[] =>
  (/^[a-z-]+(, [a-z-]+)*( or [a-z-]+)?(?=;|$)/.exec(description)?.[0] ?? '')
    .split(/, | or /).filter((word) => word !== '');

const argumentAt = ({ command, operands }: Place): Argument | undefined => {
  const all = command.registeredArguments;
  return all[operands] ?? all.find(({ variadic }) => variadic);
};

async function operandsOf(place: Place, source: Source): Promise<Candidate[]> {
  const { command, operands, path } = place;
  const children = operands > 0 ? [] : command.commands
    .filter((one) => !one.name().startsWith('help') && one.name() !== 'words')
    .map((one) => ({ value: one.name(), about: one.description() }));
  const argument = argumentAt(place);
  if (argument === undefined) return children;
  if (argument.argChoices !== undefined) return [...children, ...plain(argument.argChoices)];
  const kind = idKinds.argument(path, argument.name());
  if (kind !== null) return [...children, ...await ids(kind, place, source)];
  if (path[0] === 'config') {
    return source.commands.map(({ name, summary }) => ({ value: name, about: summary }));
  }
  return [...children, ...plain(wordsIn(argument.description))];
}

const ids = (kind: IdKind, { given }: Place, { at }: Source): Promise<Candidate[]> => {
  const options: CommonOptions = {
    ...given['url'] === undefined ? {} : { url: given['url'] },
    ...given['token'] === undefined ? {} : { token: given['token'] },
  };
  return idsOf(kind, options, at.io);
};

async function valuesOf(option: Option, place: Place, source: Source): Promise<Candidate[]> {
  if (option.argChoices !== undefined) return plain(option.argChoices);
  const kind = idKinds.option(option.attributeName());
  return kind === null ? [] : ids(kind, place, source);
}

async function all(words: readonly string[], source: Source): Promise<Candidate[]> {
  const [name, ...rest] = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  if (name === undefined || name === 'help') {
    const known = source.commands.map((one) => ({ value: one.name, about: one.summary }));
    return last.startsWith('-') ? plain(['--help', '--version']) : known;
  }
  const root = await source.treeNamed(name, source.at);
  if (root === null) return [];
  const place = walk(root, rest);
  if (place.lacking !== null) return valuesOf(place.lacking, place, source);
  return last.startsWith('-') ? flags(place.command) : operandsOf(place, source);
}

/** The words begin behind `orderly`; the last of them is the one to complete. Never throws. */
export async function candidates(words: readonly string[], source: Source): Promise<Candidate[]> {
  const last = words.at(-1) ?? '';
  try {
    return (await all(words, source)).filter(({ value }) => value.startsWith(last));
  } catch {
    // A shell that asks has no place for an error: there is nothing to offer then.
    return [];
  }
}
