import { isFinal } from '../../shared/contract/lifecycle.ts';
import { orderStatuses } from '../../shared/contract/order.ts';
import { noticeAnswer, type Notice, type Track } from '../answers/track.ts';
import type { Context } from '../context.ts';
import type { StreamEvent } from '../event-parser.ts';
import { exitCodes, Failure } from '../failure.ts';
import { findOrder } from '../flows/find-order.ts';
import { etaLine, happened, reached, trackHead } from '../view/track.ts';

/** The last part of a tracker's address, or the whole of it. */
const trackerShape = /(?:^|\/track\/)([A-Za-z0-9_-]{40,200})$/;

const isOver = (status: string): boolean =>
  orderStatuses.some((known) => known === status && isFinal(known));

async function tokenOf(context: Context, wanted: string): Promise<string> {
  const [, named] = trackerShape.exec(wanted.trim()) ?? [];
  if (named !== undefined) return named;
  const { value } = await findOrder(context, wanted);
  const [, token] = trackerShape.exec(value.track_url ?? '') ?? [];
  if (token !== undefined) return token;
  throw new Failure({
    code: 'answer', exitCode: exitCodes.failed,
    what: 'This front end has no tracker for the order.',
    fixes: ['run the same version of client and front end'],
  });
}

/**
 * Tells what happens to one order, each thing once: what was told is known by the version of the
 * order, which grows by one with everything that happens to it.
 */
class Watch {
  readonly #context: Context;
  readonly #token: string;
  /** Version of the order up to which all is told; null before anything is. */
  #version: number | null = null;
  /** Statuses of its history that are told. */
  #statuses = 0;
  #eta = '';

  constructor(context: Context, token: string) {
    this.#context = context;
    this.#token = token;
  }

  /** True when nothing can follow. */
  async onEvent(event: StreamEvent): Promise<boolean> {
    // A snapshot says how it stands; after a reset too, and what was told before is still true.
    if (event.type === 'snapshot') return this.#tellTrack();
    const notice = noticeAnswer.safeParse(event.data);
    if (!event.type.startsWith('order.') || !notice.success) return false;
    if (this.#version === null || notice.data.version <= this.#version) return false;
    this.#tellNotice(event, notice.data);
    if (isOver(notice.data.status)) return true;
    await this.#tellEta();
    return false;
  }

  #tellNotice(event: StreamEvent, notice: Notice): void {
    const { terminal, json } = this.#context;
    const { version, status, to, from } = notice;
    this.#version = version;
    if ((to ?? '') !== '' && to !== from) this.#statuses += 1;
    if (json) terminal.printJson({ type: event.type, id: event.id, data: event.data });
    else terminal.print(happened({ ...notice, status, type: event.type }, terminal.screen));
  }

  /** The present state, and what of its history was not told yet. */
  async #tellTrack(): Promise<boolean> {
    const { session, terminal, json } = this.#context;
    const { value, raw } = await session.track(this.#token);
    const isFirst = this.#version === null;
    if (!isFirst && value.version <= (this.#version ?? 0)) return isOver(value.status);
    this.#version = value.version;
    if (json) {
      terminal.printJson({ type: 'track', data: raw });
    } else {
      if (isFirst) terminal.print(trackHead(value, terminal.screen));
      for (const step of value.history.slice(this.#statuses)) {
        terminal.print(reached(step, value, terminal.screen));
      }
      this.#sayEta(value);
    }
    this.#statuses = value.history.length;
    return isOver(value.status);
  }

  async #tellEta(): Promise<void> {
    if (this.#context.json) return;
    try {
      this.#sayEta((await this.#context.session.track(this.#token)).value);
    } catch (error) {
      // The time comes with the next event; what happened is told already.
      if (!(error instanceof Failure) || this.#context.io.stop.aborted) throw error;
    }
  }

  #sayEta(track: Track): void {
    const { terminal } = this.#context;
    const line = etaLine(track, terminal.screen);
    if (line === '' || line === this.#eta) return;
    this.#eta = line;
    terminal.print(line);
  }
}

/** Follows one order until it is over, across lost connections. */
export async function watchOrder(
  context: Context, wanted: string, enough: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { session, terminal, json } = context;
  const token = await tokenOf(context, wanted);
  const watch = new Watch(context, token);
  await session.followTrack(token, {
    enough,
    onEvent: (event) => watch.onEvent(event),
    onConnection: (state) => {
      if (json) return;
      terminal.tell(state === 'lost'
        ? 'The connection is lost; connecting again ...' : 'Connected again.');
    },
  });
}
