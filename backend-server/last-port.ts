import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrderlyError } from '../shared/contract/errors.ts';
import type { RpcServer } from '../shared/rpc/server.ts';

/**
 * A store that comes back where it was is found without a new view: with port 0 the last port is
 * tried first, and any other when somebody else has it by now.
 */
export const serveOnLastPort = async (
  dir: string,
  wanted: number,
  serve: (port: number) => Promise<RpcServer>,
): Promise<RpcServer> => {
  if (wanted !== 0) return serve(wanted);
  const file = join(dir, 'port');
  const server = await serve(lastPort(file)).catch((error: unknown) => {
    if (error instanceof OrderlyError && error.data['reason'] === 'port_taken') return serve(0);
    throw error;
  });
  writeFileSync(file, `${server.port}\n`, { mode: 0o600 });
  return server;
};

const lastPort = (file: string): number => {
  try {
    const port = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
  } catch {
    // The first start of this store.
    return 0;
  }
};
