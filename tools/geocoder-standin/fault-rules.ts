import { z } from 'zod';
import { compact } from './postcode-data.ts';

/**
 * Which request is to be treated badly, and how. Rules are data, set through the control port; the
 * first one that matches decides. How each action is done stands in fault-actions.ts.
 */

const bytes = z.int().min(1).max(1 << 30);
const ms = z.number().min(0).max(600_000);

const actionSchema = z.discriminatedUnion('kind', [
  /** Another answer; {{code}}, {{method}} and {{n}} (number of the request) are filled in. */
  z.strictObject({
    kind: z.literal('respond'),
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string().default(''),
    encoding: z.enum(['utf8', 'latin1']).default('utf8'),
  }),
  /** The true answer, later. */
  z.strictObject({ kind: z.literal('delay'), ms }),
  z.strictObject({
    kind: z.literal('hang'),
    stage: z.enum(['before_headers', 'after_headers', 'mid_body']),
  }),
  /** The true answer in pieces. */
  z.strictObject({
    kind: z.literal('drip'),
    part: z.enum(['headers', 'body']).default('body'),
    bytes: bytes.default(1),
    every_ms: ms.default(100),
  }),
  z.strictObject({ kind: z.literal('reset'), stage: z.enum(['before_headers', 'mid_body']) }),
  z.strictObject({ kind: z.literal('truncate') }),
  /** A JSON text that does not end; without `bytes` it never does. */
  z.strictObject({ kind: z.literal('oversize'), bytes: bytes.optional() }),
  z.strictObject({ kind: z.literal('gzip_bomb'), bytes: bytes.default(10_000_000) }),
  z.strictObject({ kind: z.literal('bad_gzip') }),
  z.strictObject({ kind: z.literal('deep_json'), depth: z.int().min(1).max(1e6).default(30_000) }),
  z.strictObject({ kind: z.literal('garbage') }),
  z.strictObject({ kind: z.literal('http_1_0') }),
  z.strictObject({ kind: z.literal('big_headers'), bytes: bytes.default(100_000) }),
  z.strictObject({ kind: z.literal('html'), status: z.int().min(200).max(599).default(200) }),
  z.strictObject({
    kind: z.literal('redirect'),
    status: z.int().min(300).max(399).default(302),
    location: z.string(),
  }),
  /** U answers truly, D resets the connection; one letter per request, then from the start. */
  z.strictObject({ kind: z.literal('flap'), pattern: z.string().regex(/^[UD]{1,100}$/) }),
]);
export type FaultAction = z.infer<typeof actionSchema>;

/** An empty match means every request. */
const matchSchema = z.strictObject({
  /** A postcode, in any spelling. */
  code: z.string().max(64).optional(),
  path_prefix: z.string().max(200).optional(),
  /** Every n-th of the requests that fit otherwise. */
  every: z.int().min(1).optional(),
  /** Only the next n of the requests that fit otherwise. */
  next: z.int().min(1).optional(),
  /** Only so long after the rule was set. */
  from_ms: ms.optional(),
  until_ms: ms.optional(),
});

export const faultRuleSchema = z.strictObject({
  match: matchSchema.default({}),
  action: actionSchema,
});
export type FaultRule = z.infer<typeof faultRuleSchema>;
export type FaultRuleInput = z.input<typeof faultRuleSchema>;

export interface SetRule extends FaultRule {
  id: number;
  setAtMs: number;
  /** Requests that fitted but for `every` and `next`; and those that were acted upon. */
  fitted: number;
  hits: number;
}

export interface Fitting {
  path: string;
  /** As `compact` writes it. */
  code: string;
  nowMs: number;
}

function fits(rule: SetRule, { path, code, nowMs }: Fitting): boolean {
  const { match } = rule;
  const ageMs = nowMs - rule.setAtMs;
  return (match.code === undefined || compact(match.code) === code) &&
    (match.path_prefix === undefined || path.startsWith(match.path_prefix)) &&
    ageMs >= (match.from_ms ?? 0) && ageMs < (match.until_ms ?? Number.POSITIVE_INFINITY);
}

function isDue({ match, fitted }: SetRule): boolean {
  return fitted <= (match.next ?? Number.POSITIVE_INFINITY) && fitted % (match.every ?? 1) === 0;
}

export class RuleBook {
  #rules: SetRule[] = [];
  #lastId = 0;

  add(rule: FaultRule, nowMs: number): SetRule {
    this.#lastId += 1;
    const set = { ...rule, id: this.#lastId, setAtMs: nowMs, fitted: 0, hits: 0 };
    this.#rules.push(set);
    return set;
  }

  list(): readonly SetRule[] {
    return this.#rules;
  }

  /** One rule, or all without an id; false when there is none such. */
  remove(id?: number): boolean {
    const before = this.#rules.length;
    this.#rules = id === undefined ? [] : this.#rules.filter((rule) => rule.id !== id);
    return id === undefined || this.#rules.length < before;
  }

  /** The rule for one request, counted; null to answer truly. */
  take(request: Fitting): SetRule | null {
    for (const rule of this.#rules) {
      if (!fits(rule, request)) continue;
      rule.fitted += 1;
      if (!isDue(rule)) continue;
      rule.hits += 1;
      return rule;
    }
    return null;
  }
}
