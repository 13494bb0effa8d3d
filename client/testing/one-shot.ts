import { runClient } from '../main.ts';
import { testTerminal, type TestTerminal } from './test-io.ts';

export interface Ran extends TestTerminal { code: number }

export interface OneShot {
  url: string;
  home: string;
  env?: Record<string, string>;
  stdin?: string | Buffer;
}

/** One run of the program with a token in the environment and nobody to ask. */
export async function oneShot(argv: string[], how: OneShot): Promise<Ran> {
  const terminal = testTerminal({
    home: how.home, env: { ORDERLY_URL: how.url, ORDERLY_TOKEN: 'good-token', ...how.env },
  });
  if (how.stdin !== undefined) terminal.stdin.end(how.stdin);
  return { ...terminal, code: await runClient(argv, terminal.io) };
}

/** Flags of an order that nothing is missing from. */
export const wholeOrder = [
  '--item', 'soup:2+large', '--name', 'Ann Smith', '--phone', '0191 498 0123',
  '--address', '1 High St', '--postcode', 'dh13le',
];
