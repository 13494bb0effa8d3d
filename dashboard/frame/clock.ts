import type { Now } from '../model/cluster-model.ts';

/** The one place where the page asks what time it is. */
export const now = (): Now => {
  const nowMs = performance.now();
  return { nowMs, wallMs: performance.timeOrigin + nowMs };
};

const timeOfDay = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit', minute: '2-digit', second: '2-digit',
});

/** 12:34:56, where the reader is. */
export const timeText = (wallMs: number): string => timeOfDay.format(wallMs);

const hourAndMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** 12:34 of an instant of the API, where the reader is. */
export const clockText = (instant: string): string => hourAndMinute.format(Date.parse(instant));
