import { z } from 'zod';

/** Accounts and sessions as this client reads them; see menu.ts for what it leaves out and why. */

const text = z.string();

export const accountAnswer = z.object({ username: text, role: text });
export type Account = z.infer<typeof accountAnswer>;

export const signedInAnswer = z.object({
  account: accountAnswer, token: text.max(4_000), expires_at: text,
});
export type SignedIn = z.infer<typeof signedInAnswer>;

export const sessionsAnswer = z.object({
  data: z.array(z.object({
    id: text, created_at: text, expires_at: text, current: z.boolean(),
  })),
});
export type SessionList = z.infer<typeof sessionsAnswer>;

/** Sessions that ended; an older server says nothing at all. */
export const endedAnswer = z.object({ ended: z.number() }).nullable();
