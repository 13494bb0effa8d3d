import { Readable, Writable } from 'node:stream';
import { CommanderError, type Command } from 'commander';
import { Terminal, type Io } from '../client/terminal.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { must } from '../shared/runtime/assert.ts';
import { entries, treeNamed } from './commands.ts';
import { quietAll, runOwn, type Surroundings } from './own-command.ts';
import { buildProgram } from './program.ts';

/** What `--help` of every command prints, by the words that call it: the build writes it down. */
type HelpTexts = Record<string, string>;

/** Commands that are not for people to call. */
const inward = ['help', 'words'];

const pathsFrom = (command: Command, words: string[]): string[][] => [
  words,
  ...command.commands.filter((one) => !inward.includes(one.name()))
    .flatMap((one) => pathsFrom(one, [...words, one.name()])),
];

/** A terminal that keeps what is printed on it. */
class Page {
  text = '';
  readonly io: Io;

  constructor(columns: number) {
    const sink = Object.assign(new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.text += chunk.toString();
        done();
      },
    }), { columns });
    this.io = {
      stdin: Readable.from([]), stdout: sink, stderr: sink, env: {}, home: '',
      stop: new AbortController().signal, clock: systemClock,
    };
  }

  get surroundings(): Surroundings {
    return { io: this.io, terminal: new Terminal(this.io), end: () => undefined };
  }
}

async function helpOf(words: readonly string[], columns: number): Promise<string> {
  const page = new Page(columns);
  const [name, ...rest] = words;
  const entry = entries.find((one) => one.name === name);
  const part = entry?.parts?.find((one) => one.name === rest[0]);
  const make = (part ?? entry)?.make;
  if (make !== undefined) {
    const below = part === undefined ? rest : rest.slice(1);
    await runOwn(await make(), [...below, '--help'], page.io);
    return page.text;
  }
  const program = await buildProgram(name);
  quietAll(program, page.surroundings.terminal);
  await program.parseAsync([...words, '--help'], { from: 'user' }).catch((end: unknown) => {
    if (!(end instanceof CommanderError && end.exitCode === 0)) throw end;
  });
  return page.text;
}

/** Asks every command, one after the other. */
export async function helpTexts(columns = 80): Promise<HelpTexts> {
  const { surroundings } = new Page(columns);
  const trees = await Promise.all(entries.map(async ({ name }) =>
    pathsFrom(must(await treeNamed(name, surroundings), name), [name])));
  const texts: HelpTexts = {};
  for (const words of [[], ...trees.flat()]) {
    // oxlint-disable-next-line no-await-in-loop
    texts[words.join(' ')] = await helpOf(words, columns);
  }
  return texts;
}
