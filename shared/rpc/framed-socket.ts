import type { TLSSocket } from 'node:tls';
import { systemClock } from '../runtime/clock.ts';
import { FrameReader, framesOf } from './frame.ts';

/** A socket that has more than this waiting to be written takes no new work. */
export const backlogBytesMax = 64 * 1024 * 1024;
/** While this much of our output waits, input is not read: a slow reader slows itself down. */
const readPauseBytes = 8 * 1024 * 1024;
const keepAliveMs = 10_000;
const lingerMsMax = 500;

export interface SocketEvents {
  onFrame(payload: Buffer): void;
  /** Once; the other side or the network ended it, or `destroy` was called. */
  onClose(why: string): void;
}

/**
 * Frames over one connection. What is sent within one turn of the event loop leaves in one write.
 */
export class FramedSocket {
  readonly #socket: TLSSocket;
  #texts: string[] = [];
  #waitingBytes = 0;
  #flushPlanned = false;
  #closed = false;
  #why = 'closed';
  #received = 0;

  constructor(socket: TLSSocket, events: SocketEvents) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    const reader = new FrameReader((payload) => {
      if (!this.#closed) events.onFrame(payload);
    });
    socket.on('data', (chunk: Buffer) => {
      this.#received++;
      if (!reader.feed(chunk)) this.destroy('frame too large');
      else if (socket.writableLength > readPauseBytes) socket.pause();
    });
    socket.on('drain', () => { socket.resume(); });
    socket.on('error', (error: Error & { code?: string }) => {
      this.#why = error.code ?? error.message;
    });
    // Half a connection is of no use: whoever stops sending gets no answers either.
    socket.on('end', () => this.destroy('ended by the other side'));
    socket.on('close', () => {
      this.#closed = true;
      events.onClose(this.#why);
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes that were sent here and have not reached the network; an estimate from below. */
  get backlogBytes(): number {
    return this.#waitingBytes + this.#socket.writableLength;
  }

  /** Grows with everything that arrives; tells whether the other side has said anything. */
  get received(): number {
    return this.#received;
  }

  /** Queues one JSON text, no larger than a frame. Ignored once closed. */
  send(text: string): void {
    if (this.#closed) return;
    this.#texts.push(text);
    this.#waitingBytes += text.length;
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushPlanned = false;
    const texts = this.#texts;
    this.#texts = [];
    this.#waitingBytes = 0;
    if (this.#closed || texts.length === 0) return;
    const frames = framesOf(texts);
    this.#socket.cork();
    for (const frame of frames) this.#socket.write(frame);
    this.#socket.uncork();
  }

  /** Writes what is queued, then closes; resolves when it is closed. */
  end(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#flush();
    this.#socket.end();
    return new Promise((resolve) => {
      // A peer that hangs never closes its end.
      const timer = systemClock.setTimer(lingerMsMax, () => this.destroy('closed'));
      this.#socket.once('close', () => {
        timer.cancel();
        resolve();
      });
    });
  }

  destroy(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#why = why;
    this.#socket.destroy();
  }
}
