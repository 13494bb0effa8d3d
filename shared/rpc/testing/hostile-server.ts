import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { FrameReader } from '../frame.ts';
import { secretOf } from './echo-server.ts';

export interface HostileServer {
  address: string;
  port: number;
  connections: number;
  close(): Promise<void>;
}

/**
 * A server that has the key and then does whatever a test wants with each frame it gets, parsed.
 */
export async function startHostileServer(
  onFrame: (socket: TLSSocket, request: { id: number }) => void,
): Promise<HostileServer> {
  const counted = { connections: 0 };
  const sockets = new Set<Socket>();
  const server = createServer({
    minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256',
    pskCallback: () => secretOf('ours').key('psk:peer'),
  });
  // The TCP connections, for one whose handshake is not over has to be closed as well.
  server.on('connection', (socket: Socket) => { sockets.add(socket); });
  server.on('secureConnection', (socket) => {
    counted.connections++;
    socket.on('error', () => {});
    const reader = new FrameReader((payload) => {
      onFrame(socket, JSON.parse(payload.toString('utf8')) as { id: number });
    });
    socket.on('data', (chunk: Buffer) => { reader.feed(chunk); });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    address: `127.0.0.1:${port}`, port,
    get connections() { return counted.connections; },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => { server.close(() => resolve()); });
    },
  };
}
