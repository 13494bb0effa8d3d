import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, requirePort, whyNotListen } from './free-port.ts';

describe('free ports', () => {
  it('are free, not among those promised already and below the ephemeral range', async () => {
    const taken = new Set<number>();
    for (let n = 0; n < 20; n++) {
      const port = await freePort(taken);
      expect(taken.has(port)).toBe(false);
      expect(port).toBeLessThan(32_768);
      expect(await whyNotListen(port)).toBeNull();
      taken.add(port);
    }
  });

  it('a port in use is refused with the flag that helps', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(requirePort(port, '--port'))
      .rejects.toThrow(/in use\.\ncause: .*\nfix: .*--port 0/);
    server.close();
  });
});
