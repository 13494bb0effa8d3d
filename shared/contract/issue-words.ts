import { z } from 'zod';

/**
 * What is wrong with a value, in words that follow its name: "--port: must be a whole number".
 * Importing this file makes all schemas of the program speak so; the contract does.
 */
type Raw = z.core.$ZodRawIssue;

const types: Readonly<Record<string, string>> = {
  string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false',
  array: 'a list', object: 'an object', record: 'an object', null: 'null',
};

const formats: Readonly<Record<string, string>> = {
  datetime: 'a time like 2026-01-31T12:00:00.000Z', date: 'a date like 2026-01-31', url: 'a URL',
  uuid: 'a UUID', ipv4: 'an IPv4 address', ipv6: 'an IPv6 address',
};

const counted: Readonly<Record<string, string>> = {
  string: 'characters', array: 'entries', set: 'entries', map: 'entries',
};

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value) ?? String(value);

function boundWords(issue: Raw & { code: 'too_small' | 'too_big' }): string {
  const low = issue.code === 'too_small';
  const bound = Number(low ? issue.minimum : issue.maximum);
  const unit = counted[issue.origin];
  if (unit !== undefined) {
    if (low && bound === 1) return 'must not be empty';
    return `must have ${low ? 'at least' : 'at most'} ${bound} ${unit}`;
  }
  if (issue.inclusive === false) return `must be ${low ? 'more' : 'less'} than ${bound}`;
  return `must be ${bound} or ${low ? 'more' : 'less'}`;
}

/** Undefined leaves it to zod's own words. */
export function issueWords(issue: Raw): string | undefined {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined
      ? 'is missing' : `must be ${types[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'invalid_value') {
    const [only, ...others] = issue.values.map(shown);
    if (issue.input === undefined) return 'is missing';
    return `must be ${others.length === 0 ? '' : 'one of '}${[only, ...others].join(', ')}`;
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    return boundWords(issue as Raw & { code: 'too_small' | 'too_big' });
  }
  if (issue.code === 'invalid_format') {
    const form = formats[issue.format];
    return form === undefined ? `must match ${issue.pattern ?? issue.format}` : `must be ${form}`;
  }
  if (issue.code === 'unrecognized_keys') {
    return `has unknown fields: ${issue.keys.join(', ')}`;
  }
  if (issue.code === 'invalid_union') return 'has none of the forms that it may have';
  return undefined;
}

z.config({ customError: issueWords });
