import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { readClientConfig, type CommonOptions } from '../../client/client-config.ts';
import { readSessionFile } from '../../client/session-file.ts';
import type { Io, Screen } from '../../client/terminal.ts';
import { table } from '../../client/view/table.ts';
import { told } from '../../client/view/told.ts';
import { readConnection } from './connection.ts';

/** The settings of one command, as it would run with them now. */

export interface Setting {
  /** The flag, or the variable of one that only the environment gives. */
  name: string;
  /** null: not set, or a secret. */
  value: string | null;
  secret: boolean;
  source: 'flag' | 'environment' | 'file' | 'default' | 'not set';
  /** The flag, variable or file; empty for a default. */
  where: string;
}

type Found = Omit<Setting, 'name' | 'secret'>;

const notSet: Found = { value: null, source: 'not set', where: '' };
const filled = (text: string | undefined): text is string => text !== undefined && text !== '';

const textOf = (value: unknown): string | null => {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(String).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

interface Asked {
  name: string;
  io: Io;
}

/** Of the commands that ask a front end: found by the rule that they follow themselves. */
async function connectionOf(
  which: 'url' | 'token', command: Command, { name, io }: Asked,
): Promise<Found> {
  const options = command.optsWithGlobals<CommonOptions>();
  const read = name === 'client' ? readClientConfig : readConnection;
  const config = await read(options, io);
  if (which === 'token') {
    if (config.tokenFrom === null) return notSet;
    const places = {
      flag: ['flag', '--token'], environment: ['environment', 'ORDERLY_TOKEN'],
      remembered: ['file', join(io.home, 'client.json')],
      machine: ['file', join(io.home, 'operator.token')],
    } as const;
    const [source, where] = places[config.tokenFrom];
    return { value: null, source, where };
  }
  const value = config.url;
  if (filled(options.url)) return { value, source: 'flag', where: '--url' };
  if (filled(io.env['ORDERLY_URL'])) return { value, source: 'environment', where: 'ORDERLY_URL' };
  if (filled((await readSessionFile(io.home))?.last_url)) {
    return { value, source: 'file', where: join(io.home, 'client.json') };
  }
  return { value, source: 'default', where: '' };
}

const homeOf = ({ io }: Asked): Found => (filled(io.env['ORDERLY_HOME'])
  ? { value: io.home, source: 'environment', where: 'ORDERLY_HOME' }
  : { value: io.home, source: 'default', where: '' });

async function optionSetting(command: Command, option: Option, asked: Asked): Promise<Setting> {
  const key = option.attributeName();
  const name = option.long ?? option.flags;
  const secret = key === 'token';
  const given = command.getOptionValue(key) as unknown;
  // A switch that nobody has set is off, and --no-mdns is on where mdns is off.
  const value = textOf(option.isBoolean() && option.negate ? given === false
    : option.isBoolean() ? given ?? false : given);
  const from = command.getOptionValueSource(key);
  if (from === 'cli' || from === 'env') {
    const place = from === 'env'
      ? { source: 'environment' as const, where: option.envVar ?? '' }
      : { source: 'flag' as const, where: name };
    return { name, value: secret ? null : value, secret, ...place };
  }
  if (value !== null) return { name, value, secret, source: 'default', where: '' };
  const variable = { nameserver: 'ORDERLY_NAMESERVER', data: 'ORDERLY_DATA' }[key];
  const set = variable === undefined ? undefined : asked.io.env[variable];
  if (option.envVar !== undefined) return { name, secret, ...notSet };
  if (key === 'url' || key === 'token') {
    return { name, secret, ...await connectionOf(key, command, asked) };
  }
  if (key === 'home') return { name, secret, ...homeOf(asked) };
  if (variable === undefined || !filled(set)) return { name, secret, ...notSet };
  return { name, secret, value: set, source: 'environment', where: variable };
}

const programs = ['nameserver', 'backend', 'frontend', 'up'];
const insiders = [...programs, 'server-status', 'backup', 'restore'];

/** Which commands read what no flag gives. */
const fromEnvironment: readonly { variable: string; secret: boolean; readBy: string[] }[] = [
  { variable: 'ORDERLY_CLUSTER_SECRET', secret: true, readBy: insiders },
  { variable: 'ORDERLY_CLUSTER_SECRET_FILE', secret: false, readBy: insiders },
  { variable: 'ORDERLY_OPERATOR_TOKEN', secret: true, readBy: ['frontend', 'up'] },
  { variable: 'ORDERLY_STAFF_TOKEN', secret: true, readBy: ['frontend', 'up'] },
];

const secretFiles: Readonly<Record<string, string>> = {
  ORDERLY_CLUSTER_SECRET: 'cluster.key',
};

function environmentSettings({ name, io }: Asked): Setting[] {
  const read = fromEnvironment.filter(({ readBy }) => readBy.includes(name));
  return read.map(({ variable, secret }): Setting => {
    const given = io.env[variable];
    if (filled(given)) {
      const value = secret ? null : given;
      return { name: variable, value, secret, source: 'environment', where: variable };
    }
    const file = secretFiles[variable];
    if (file !== undefined && existsSync(join(io.home, file))) {
      return {
        name: variable, value: null, secret, source: 'file', where: join(io.home, file),
      };
    }
    return { name: variable, secret, ...notSet };
  });
}

const shown = (option: Option): boolean => !['help', 'version'].includes(option.attributeName());

/** The options of a command and of those above it, then what only the environment gives. */
export async function settingsOf(command: Command, asked: Asked): Promise<Setting[]> {
  const settings: Setting[] = [];
  for (let one: Command | null = command; one !== null; one = one.parent) {
    const owner = one;
    const options = owner.options.filter(shown).filter(({ long, flags }) =>
      !settings.some(({ name }) => name === (long ?? flags)));
    settings.push(...await Promise.all(
      options.map((option) => optionSetting(owner, option, asked))));
  }
  const home: Setting = { name: 'ORDERLY_HOME', secret: false, ...homeOf(asked) };
  const hasHome = settings.some(({ name }) => name === '--home');
  return [...settings, ...hasHome ? [] : [home], ...environmentSettings(asked)];
}

function valueShown({ value, secret, source }: Setting): string {
  if (secret && source !== 'not set') return '(hidden)';
  return value === null ? '-' : told(value, 120);
}

export function settingsView(settings: readonly Setting[], screen: Screen): string {
  const rows = settings.map((setting) => [
    setting.name,
    valueShown(setting),
    `${setting.source}${setting.where === '' ? '' : ` ${told(setting.where, 120)}`}`,
  ]);
  return table([{ title: 'SETTING' }, { title: 'VALUE' }, { title: 'SOURCE', flex: true }],
    rows, screen);
}
