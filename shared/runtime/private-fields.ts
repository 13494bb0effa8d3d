/**
 * Keeps personal data and secrets out of the log. Done here and not by pino's `redact`, which costs
 * twenty times as much for keys at any depth, and stops at the depth that is written down.
 */

const personal =
  /^(phone|email|address|name|username|postcode|line[12]|city|instructions|notes?)$/i;
const secret = /(token|secret|password|authorization|cookie)$/i;
const hidden = '[hidden]';

const depthMax = 8;
const textLengthMax = 2_000;

const isPrivate = (key: string): boolean => personal.test(key) || secret.test(key);

/** Only what is known to be harmless: other members of an error may quote what a person wrote. */
function errorFacts(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message,
    ...('code' in error && { code: error.code }),
    stack,
    ...(cause instanceof Error && { cause: errorFacts(cause) }),
  };
}

const hasToJson = (value: object): value is { toJSON(): unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';

function copied(value: unknown, depth: number): unknown {
  if (typeof value === 'string' && value.length > textLengthMax) {
    return `${value.slice(0, textLengthMax)}... (${value.length} characters)`;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return errorFacts(value);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= depthMax) return '[nested too deeply]';
  if (Array.isArray(value)) return value.map((each) => copied(each, depth + 1));
  return hasToJson(value) ? value.toJSON() : copiedFields(value, depth);
}

function copiedFields(fields: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    copy[key] = isPrivate(key) ? hidden : copied(value, depth + 1);
  }
  return copy;
}

/** A copy of log fields in which everything private is replaced, at any depth. */
export const withoutPrivate = (fields: Record<string, unknown>): Record<string, unknown> =>
  copiedFields(fields, 0);
