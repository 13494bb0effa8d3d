/** The text of a server-sent event stream. */

/** JSON escapes line breaks, so that the data is one line whatever it says. */
export const eventText = (
  event: { type: string; data: unknown; id?: string },
): string => {
  const id = event.id === undefined ? '' : `id: ${event.id}\n`;
  return `event: ${event.type}\n${id}data: ${JSON.stringify(event.data)}\n\n`;
};

/** Keeps the connection alive; an id without data moves the reader's place and tells nothing. */
export const beatText = (id: string | null): string =>
  (id === null ? ': beat\n\n' : `: beat\nid: ${id}\n\n`);

/** How long a reader waits before it connects again. */
export const retryText = (ms: number): string => `retry: ${ms}\n\n`;
