import { z } from 'zod';
import { visible } from './visible-text.ts';

const recordSchema = z.looseObject({
  time: z.string(), level: z.string(), role: z.string(), id: z.string(), msg: z.string(),
});

const bare = /^[\w.:/@+-]+$/;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  return typeof value === 'string' && !bare.test(text) ? `"${visible(text)}"` : visible(text);
}

const errorSchema = z.looseObject({ message: z.string(), stack: z.string().optional() });

/** Frames of the stack, indented; only for errors, where a developer needs them. */
function stackOf(err: unknown): string {
  const parsed = errorSchema.safeParse(err);
  if (!parsed.success || parsed.data.stack === undefined) return '';
  const frames = parsed.data.stack.split('\n').slice(1);
  return frames.map((frame) => `    ${visible(frame.trim())}\n`).join('');
}

function fact(key: string, value: unknown): string {
  const error = key === 'err' ? errorSchema.safeParse(value) : null;
  return `${visible(key)}=${shown(error?.success === true ? error.data.message : value)}`;
}

/** A JSON log line as one line for people: time, role/id, level, message, key=value. */
export function prettyLine(jsonLine: string): string {
  const { time, level, role, id, msg, ...rest } = recordSchema.parse(JSON.parse(jsonLine));
  const facts = Object.entries(rest).map(([key, value]) => ` ${fact(key, value)}`);
  const head = `${time.slice(11, 23)} ${visible(`${role}/${id}`)} ${level.padEnd(5)}`;
  const stack = level === 'error' ? stackOf(rest['err']) : '';
  return `${head} ${visible(msg)}${facts.join('')}\n${stack}`;
}
