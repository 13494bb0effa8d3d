import { isIP } from 'node:net';
import { usageFailure } from './failure.ts';
import { readOperatorToken, readSessionFile } from './session-file.ts';
import type { Io } from './terminal.ts';

/** The options that every client command has, as commander hands them over. */
export interface CommonOptions {
  url?: string;
  token?: string;
  /** Seconds. */
  timeout?: string;
  json?: boolean;
  verbose?: boolean;
  color?: string;
}

/** Where a token came from: given by hand, kept from a sign-in, or the file of this machine. */
export type TokenSource = 'flag' | 'environment' | 'remembered' | 'machine';

export interface ClientConfig {
  url: string;
  token: string | null;
  /** null without a token. */
  tokenFrom: TokenSource | null;
  timeoutMs: number;
  /** What to remember after a success: only what the user gave by hand. */
  remember: { url: string; token: string | null };
}

const defaultUrl = 'http://127.0.0.1:8080';
/** Long enough for a fail-over and a retry of the front end's own. */
const defaultTimeoutMs = 15_000;
const timeoutMsMax = 3_600_000;

/** An http(s) origin with an optional path; the result has no slash at the end. */
export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const fix = 'give it like --url http://127.0.0.1:8080';
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw usageFailure(`The address is not an http or https URL: ${text}`, [fix]);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw usageFailure('The address must hold a host, a port and a path only.', [fix]);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

export function parseTimeoutMs(text: string | undefined): number {
  if (text === undefined) return defaultTimeoutMs;
  const ms = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * 1_000) : 0;
  if (ms >= 1 && ms <= timeoutMsMax) return ms;
  throw usageFailure(`--timeout is not a number of seconds between 0.001 and 3600: ${text}`);
}

const given = (text: string | undefined): string | null =>
  text === undefined || text === '' ? null : text;

function checkToken(token: string): string {
  if (/^[\x21-\x7e]{1,4000}$/.test(token)) return token;
  throw usageFailure('The token holds characters that no token has.', [
    'copy it again from `orderly up`, without line breaks',
  ]);
}

const isLoopbackName = (host: string): boolean => host === 'localhost' || host === '[::1]'
  || (isIP(host) === 4 && host.startsWith('127.'));

/** True for an address that never leaves this machine. */
export const isLoopback = (url: string): boolean => isLoopbackName(new URL(url).hostname);

interface TokenSources {
  flag: string | null;
  environment: string | null;
  url: string;
  remembered: string | null;
  home: string;
}

/** The first that is there; the operator's own token never leaves this machine. */
async function findToken(
  from: TokenSources,
): Promise<Pick<ClientConfig, 'token' | 'tokenFrom'>> {
  for (const source of ['flag', 'environment', 'remembered'] as const) {
    const token = from[source];
    if (token !== null) return { token: checkToken(token), tokenFrom: source };
  }
  const token = isLoopback(from.url) ? await readOperatorToken(from.home) : null;
  return { token, tokenFrom: token === null ? null : 'machine' };
}

/** Flags before environment before memory before defaults. */
export async function readClientConfig(options: CommonOptions, io: Io): Promise<ClientConfig> {
  const memory = await readSessionFile(io.home);
  const chosen = given(options.url) ?? given(io.env['ORDERLY_URL']) ?? given(memory?.last_url);
  const url = parseUrl(chosen ?? defaultUrl);
  const tokens = new Map(Object.entries(memory?.tokens ?? {}));
  const flag = given(options.token);
  const found = await findToken({
    flag,
    environment: given(io.env['ORDERLY_TOKEN']),
    url,
    remembered: tokens.get(url) ?? null,
    home: io.home,
  });
  return {
    url, ...found, timeoutMs: parseTimeoutMs(options.timeout), remember: { url, token: flag },
  };
}
