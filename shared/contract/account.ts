import { z } from 'zod';
import { count } from './ids.ts';
import { defineMethod } from './method.ts';
import { actorSchema, idempotencyKey, instant } from './order.ts';
import { roles } from './role.ts';

/**
 * Accounts and sessions. A session is one sign-in; its token is sealed by the front ends and stored
 * nowhere. A password travels to the primary, which hashes it; nothing else ever holds it.
 */

/** Compared without regard to case, kept in lower case. */
export const usernameInput = z
  .string()
  .regex(/^[A-Za-z0-9._-]{3,32}$/, 'must be 3 to 32 letters, digits, dots, underscores or dashes');
/** Any text; how good it is, is another question (`weak_password`). */
export const passwordInput = z.string().max(200);

export const accountSchema = z.strictObject({
  id: z.uuid(),
  username: z.string(),
  role: z.enum(roles),
  created_at: instant,
});
export type AccountView = z.infer<typeof accountSchema>;

/** A session that has not ended, as its owner sees it. */
export const sessionSchema = z.strictObject({
  id: z.uuid(),
  created_at: instant,
  expires_at: instant,
});
export type SessionView = z.infer<typeof sessionSchema>;

/** What whoever has signed up or in is told; the token is shown here and never again. */
export const signedInSchema = z.strictObject({
  account: accountSchema,
  token: z.string(),
  expires_at: instant,
});

const key = { idempotency_key: idempotencyKey.optional() };

/** What the front end takes for accounts and sessions, for REST and JSON-RPC alike. */
export const accountParams = {
  create: z.strictObject({
    username: usernameInput,
    password: passwordInput,
    /** `staff`: with the operator's token only. */
    role: z.enum(roles).default('customer'),
    ...key,
  }),
  get: z.strictObject({}),
  delete: z.strictObject({ password: passwordInput, ...key }),
  signIn: z.strictObject({ username: usernameInput, password: passwordInput, ...key }),
  sessions: z.strictObject({}),
  /** `current`, or the id of another session of the account. */
  end: z.strictObject({ session_id: z.string().max(200).default('current'), ...key }),
  endAll: z.strictObject({ ...key }),
};

/** Result of session.list; the newest is last. */
export const sessionListSchema = z.strictObject({
  data: z.array(sessionSchema.extend({ current: z.boolean() })),
});

/** Result of session.end and session.end_all, and of account.delete. */
export const endedSchema = z.strictObject({
  /** Sessions that ended by it; 0 when they had ended before. */
  ended: count,
});

/** What a session's own calls carry with them, beside the principal. */
export const sessionClaim = {
  /** The session of a principal who signed in; refused as `unauthorized` when it has ended. */
  session: z.uuid().optional(),
  /**
   * For a request that had to wait, when it came: the session must not have ended by then, and a
   * shop must have been open then. Now when absent.
   */
  as_of: instant.optional(),
};

/** A change of accounts and sessions, as it reaches the back end. */
export const accountOperationSchema = z.discriminatedUnion('operation', [
  z.strictObject({
    operation: z.literal('account.create'),
    input: z.strictObject({
      username: usernameInput,
      password: passwordInput,
      role: z.enum(roles),
    }),
  }),
  z.strictObject({
    operation: z.literal('account.delete'),
    input: z.strictObject({ password: passwordInput }),
  }),
  z.strictObject({
    operation: z.literal('session.create'),
    input: z.strictObject({ username: usernameInput, password: passwordInput }),
  }),
  z.strictObject({ operation: z.literal('session.end'), session_id: z.uuid() }),
  z.strictObject({ operation: z.literal('session.end_all') }),
]);
export type AccountOperation = z.infer<typeof accountOperationSchema>;

export const accountMethods = {
  submit: defineMethod({
    name: 'accounts.submit',
    doc: 'Change accounts or sessions once per (principal, operation, key), on every needed disk.',
    params: z.strictObject({
      viewNumber: count,
      principal: actorSchema,
      ...sessionClaim,
      key: idempotencyKey,
      /** Keyed hash of the request, hex: it covers a password, so a plain one would betray it. */
      fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
      request: accountOperationSchema,
    }),
    result: z.strictObject({
      /** Who is signed in now, after account.create and session.create. */
      signed_in: z.strictObject({ account: accountSchema, session: sessionSchema }).nullable(),
      /** Sessions that ended by it. */
      ended: count,
      replayed: z.boolean(),
      lsn: count,
    }),
    errors: [
      'not_primary',
      'unavailable',
      'overloaded',
      'outcome_unknown',
      'down',
      'not_found',
      'unauthorized',
      'forbidden',
      'bad_credentials',
      'username_taken',
      'weak_password',
      'open_orders',
      'idempotency_key_reused',
      'invalid_params',
    ],
    callers: ['frontend'],
    idempotent: true,
  }),
};
