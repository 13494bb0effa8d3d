import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Requests of one connection that are under way at the same time. Node starts whatever a client
 * sends ahead of its answers; here the rest waits, and while anything waits nothing more is read,
 * so that a connection costs what it may run and what one read brought in.
 */
const runningMax = 32;

interface Turn {
  request: IncomingMessage;
  response: ServerResponse;
}

class Line {
  readonly #socket: Socket;
  readonly #start: RequestListener;
  #waiting: Turn[] = [];
  #running = 0;

  constructor(socket: Socket, start: RequestListener) {
    this.#socket = socket;
    this.#start = start;
    // Node reads on at the end of each request, and fastify for each body.
    socket.on('resume', () => this.#stayPaused());
  }

  take(turn: Turn): void {
    if (this.#running < runningMax) {
      this.#run(turn);
      return;
    }
    this.#waiting.push(turn);
    this.#holdBack();
  }

  #run({ request, response }: Turn): void {
    this.#running += 1;
    response.once('close', () => {
      this.#running -= 1;
      this.#next();
    });
    this.#start(request, response);
  }

  #next(): void {
    // What nobody waits for any more is not begun.
    if (this.#socket.destroyed) this.#waiting = [];
    const turn = this.#waiting.shift();
    if (turn === undefined) return;
    this.#run(turn);
    if (this.#waiting.length === 0) this.#socket.resume();
  }

  #holdBack(): void {
    if (this.#waiting.length > 0) this.#socket.pause();
  }

  /**
   * A socket that was paused between `resume()` and its event counts as paused and reads all the
   * same: `pause()` does nothing then, and only the event makes Node's server stop.
   */
  #stayPaused(): void {
    if (this.#waiting.length > 0 && this.#socket.isPaused()) this.#socket.emit('pause');
    else this.#holdBack();
  }
}

/** Hands requests to `handler`, of one connection 32 at a time and the others in turn. */
export function inTurn(handler: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, Line>();
  return (request, response) => {
    const { socket } = request;
    let line = lines.get(socket);
    if (line === undefined) {
      line = new Line(socket, handler);
      lines.set(socket, line);
    }
    line.take({ request, response });
  };
}
