import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { samplePlace } from '../testing/samples.ts';
import { FrontDoor } from '../testing/front-door.ts';

interface Client {
  write(text: string): void;
  text(): string;
  closed: Promise<void>;
}

function connectTo(port: number): Client {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => { text += chunk.toString('latin1'); });
  return {
    write: (more) => { socket.write(more); },
    text: () => text,
    closed: new Promise((resolve) => { socket.on('close', () => resolve()); }),
  };
}

it('a server that stops closes connections that said nothing, and answers what is under way',
  async () => {
    const door = new FrontDoor();
    await door.start();
    const busy = connectTo(door.port);
    const body = JSON.stringify(samplePlace());
    busy.write([
      'POST /v1/orders HTTP/1.1', 'Host: 127.0.0.1', `authorization: Bearer ${door.token}`,
      'content-type: application/json', 'idempotency-key: under-way-1', 'expect: 100-continue',
      `content-length: ${Buffer.byteLength(body)}`, '', '',
    ].join('\r\n'));
    await expect.poll(() => busy.text(), { timeout: 20_000 }).toContain('100 Continue');
    // Younger than the other: whatever ends both for being idle ends the other one first.
    const silent = connectTo(door.port);
    await door.ask('GET', '/livez');
    const stopped = door.stop();
    await silent.closed;
    busy.write(body);
    await busy.closed;
    expect(busy.text()).toContain('HTTP/1.1 201 ');
    await stopped;
  });
