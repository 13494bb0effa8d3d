import { exampleIds } from '../operations/example-ids.ts';
import type { PublicOperation } from '../operations/operation.ts';
import type { PublicStream } from '../operations/stream.ts';
import { exampleKey, exampleParams } from './openrpc.ts';
import { hasBody, headerMembers } from './operation-facts.ts';
import { mainPathOf, pathNamesOf } from './operation-paths.ts';

/**
 * The example of an operation as lines for a POSIX shell. What differs from system to system is a
 * variable: TOKEN, and those of operations/example-ids.ts. Pure.
 */

const variables = new Map<string, string>(
  Object.entries(exampleIds).map(([name, value]) => [value, name]),
);

const plainText = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value) ?? '');

/** Where the values of examples are, as variables in double quotes. */
function withVariables(text: string): string {
  let result = text;
  for (const [value, name] of variables) result = result.replaceAll(value, `$${name}`);
  return result;
}

/** In single quotes, with variables put in between. */
function singleQuoted(text: string): string {
  const quoted = `'${text.replaceAll("'", String.raw`'\''`)}'`;
  let result = quoted;
  for (const [value, name] of variables) result = result.replaceAll(value, `'"$${name}"'`);
  return result;
}

const widthMax = 76;

/** JSON, each object or list on one line where that is not too long. */
export function jsonText(value: unknown, indent = ''): string {
  const short = shortJson(value);
  if (short.length + indent.length <= widthMax || typeof value !== 'object' || value === null) {
    return short;
  }
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => jsonText(item, inner))
    : Object.entries(value)
      .map(([name, item]) => `${JSON.stringify(name)}: ${jsonText(item, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}

function shortJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shortJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}: ${shortJson(item)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** A key that nobody has used: it names the operation and the second. */
const keyFor = ({ name }: PublicOperation): string => `${name}-$(date +%s)`;

function linesOf(head: string, options: readonly string[]): string {
  return [head, ...options.map((option) => `  ${option}`)].join(' \\\n');
}

const tokenOption = '-H "Authorization: Bearer $TOKEN"';
const jsonOption = "-H 'Content-Type: application/json'";

function restTarget(operation: PublicOperation): string {
  const { params } = operation.example;
  const path = mainPathOf(operation).replaceAll(/:(\w+)/g, (_part, name: string) =>
    encodeURIComponent(plainText(params[name] ?? name)));
  if (hasBody(operation)) return withVariables(path);
  const inPath = new Set(pathNamesOf(mainPathOf(operation)));
  const query = Object.entries(params).filter(([name]) => !inPath.has(name))
    .map(([name, value]) => `${name}=${encodeURIComponent(plainText(value))}`);
  return withVariables(query.length === 0 ? path : `${path}?${query.join('&')}`);
}

function restBody(operation: PublicOperation): string | null {
  if (!hasBody(operation)) return null;
  const inPath = new Set(pathNamesOf(mainPathOf(operation)));
  const body = Object.entries(operation.example.params)
    .filter(([name]) => !inPath.has(name) && !headerMembers.has(name));
  return body.length === 0 ? null : jsonText(Object.fromEntries(body));
}

/** By REST. `origin`: as in `http://127.0.0.1:8080`. */
export function curlOf(operation: PublicOperation, origin: string): string {
  const { method, access, key, ifMatch } = operation;
  const body = restBody(operation);
  const verb = method === 'GET' || (method === 'POST' && body !== null) ? '' : `-X ${method} `;
  return linesOf(`curl ${verb}"${origin}${restTarget(operation)}"`, [
    ...access === 'anyone' ? [] : [tokenOption],
    ...key === 'required' ? [`-H "Idempotency-Key: ${keyFor(operation)}"`] : [],
    ...ifMatch === 'required' ? ['-H "If-Match: $ETAG"'] : [],
    ...body === null ? [] : [jsonOption, `-d ${singleQuoted(body)}`],
  ]);
}

/** The same by JSON-RPC. */
export function rpcCurlOf(operation: PublicOperation, origin: string): string {
  const { name, access, key } = operation;
  const head = `{"jsonrpc": "2.0", "id": 1, "method": ${JSON.stringify(name)}`;
  const quoted = singleQuoted(`${head}, "params": ${jsonText(exampleParams(operation))}}`);
  const keyed = key === 'required'
    ? quoted.replaceAll(exampleKey, `'"${keyFor(operation)}"'`) : quoted;
  return linesOf(`curl "${origin}/rpc"`, [
    ...access === 'anyone' ? [] : [tokenOption], jsonOption, `-d ${keyed}`,
  ]);
}

/** A stream, which goes on until it is stopped. */
export function streamCurlOf({ paths, access, example }: PublicStream, origin: string): string {
  const [path = ''] = paths;
  const inPath = new Set(pathNamesOf(path));
  const query = new URLSearchParams(Object.entries(example.params)
    .filter(([name]) => !inPath.has(name))
    .map(([name, value]): [string, string] => [name, plainText(value)])).toString();
  const filled = path.replaceAll(/:(\w+)/g, (_part, name: string) =>
    encodeURIComponent(plainText(example.params[name] ?? name)));
  const target = `${filled}${query === '' ? '' : `?${query}`}`;
  return linesOf(`curl -N "${origin}${withVariables(target)}"`,
    access === 'anyone' ? [] : [tokenOption]);
}
