import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { OrderlyError } from '../../shared/contract/errors.ts';

/**
 * Ports are drawn below the range from which the system takes ports for outgoing connections
 * (32768 and up on Linux): a program that is restarted must find its port free, and a client that
 * tries an empty port again and again must not, by chance, connect to itself.
 */
const portMin = 20_000;
const portMax = 32_000;
const drawsMax = 200;

/** null when a server can listen there, else the system's word for why not. */
export function whyNotListen(port: number, host = '127.0.0.1'): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** A port of 127.0.0.1 that nobody listens on now; `taken` are promised to others already. */
export async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (let n = 0; n < drawsMax; n++) {
    const port = randomInt(portMin, portMax);
    if (!taken.has(port) && await whyNotListen(port) === null) return port;
  }
  throw new OrderlyError('unavailable', `No free port between ${portMin} and ${portMax}.`);
}

/** Refuses, with cause and fix, a port that can not be used. */
export async function requirePort(port: number, flag: string): Promise<number> {
  const why = await whyNotListen(port);
  if (why === null) return port;
  const fix = `choose another one with ${flag} N, or ${flag} 0 for any free port`;
  if (why === 'EADDRINUSE') {
    throw new OrderlyError('unavailable', `Port ${port} is in use.\n`
      + 'cause: another program listens there, perhaps an Orderly that runs already\n'
      + `fix:   end that program, or ${fix}`);
  }
  const cause = why === 'EACCES'
    ? 'this user has no right to it: ports below 1024 need root' : `the system says ${why}`;
  throw new OrderlyError('unavailable',
    `Port ${port} can not be opened.\ncause: ${cause}\nfix:   ${fix}`);
}
