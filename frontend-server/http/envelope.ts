import { OrderlyError } from '../../shared/contract/errors.ts';
import { toWire } from '../../shared/rpc/wire-error.ts';
import { checkText } from './json-body.ts';

/** What a JSON-RPC 2.0 request is, in the strict reading of the public door. Pure. */

type Id = string | number | null;

export interface RpcResponse {
  jsonrpc: '2.0';
  id: Id;
  result?: unknown;
  error?: ReturnType<typeof toWire>;
}

export interface RpcRequest {
  method: string;
  params: Record<string, unknown>;
  /** undefined: a notification, which gets no answer. */
  id: Id | undefined;
}

const idLengthMax = 128;

export const failure = (id: Id, error: OrderlyError): RpcResponse =>
  ({ jsonrpc: '2.0', id, error: toWire(error) });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Ids that survive the way through any JSON reader unchanged. */
const isId = (id: unknown): id is Id =>
  id === null || (typeof id === 'string' ? id.length <= idLengthMax : Number.isSafeInteger(id));

/**
 * Reads one request. A string in the id is only echoed, so it may hold anything that JSON can;
 * everything else must be sound text when the body was `suspicious`.
 */
export function readRequest(value: unknown, suspicious: boolean): RpcRequest | RpcResponse {
  if (!isObject(value)) return failure(null, new OrderlyError('invalid_request'));
  const { id, ...rest } = value;
  const notification = !Object.hasOwn(value, 'id');
  if (!notification && !isId(id)) {
    return failure(null, new OrderlyError(
      'invalid_request', 'The id must be a string of up to 128 characters, an integer or null.',
    ));
  }
  const echoed = isId(id) ? id : null;
  const { jsonrpc, method, params } = rest;
  if (jsonrpc !== '2.0' || typeof method !== 'string') {
    return failure(echoed, new OrderlyError('invalid_request'));
  }
  const refused = paramsError(params, { value: rest, suspicious });
  // Even an error of a notification is not answered; an unknown method does nothing.
  if (refused !== null) return notification ? silent : failure(echoed, refused);
  return { method, params: isObject(params) ? params : {}, id: notification ? undefined : echoed };
}

const silent: RpcRequest = { method: '', params: {}, id: undefined };

function paramsError(
  params: unknown, text: { value: unknown; suspicious: boolean },
): OrderlyError | null {
  if (params !== undefined && !isObject(params)) {
    return new OrderlyError('invalid_params', 'Params are given by name, in an object.');
  }
  try {
    checkText(text);
    return null;
  } catch (error) {
    if (error instanceof OrderlyError) return error;
    throw error;
  }
}

export const isResponse = (read: RpcRequest | RpcResponse): read is RpcResponse =>
  'jsonrpc' in read;
