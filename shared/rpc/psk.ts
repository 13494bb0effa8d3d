import type { CallerClass } from '../contract/method.ts';
import type { ClusterSecret } from './secret.ts';

/** Who is at the other end of a connection; only the class is proven, the id is what it says. */
export interface Identity {
  class: CallerClass;
  id: string;
}

const classes: readonly string[] = [
  'peer', 'frontend', 'operator', 'service',
] satisfies CallerClass[];
const isCallerClass = (text: string): text is CallerClass => classes.includes(text);

const idForm = /^[\x21-\x7e]{1,64}$/;

export const identityText = (identity: Identity): string => `${identity.class}:${identity.id}`;

/** null for a class that does not exist and for ids that are not short printable ASCII. */
export function parseIdentity(text: string): Identity | null {
  const colon = text.indexOf(':');
  const callerClass = text.slice(0, colon);
  const id = text.slice(colon + 1);
  if (colon < 0 || !isCallerClass(callerClass) || !idForm.test(id)) return null;
  return { class: callerClass, id };
}

/** The pre-shared key of one class of callers. */
export const classKey = (secret: ClusterSecret, callerClass: CallerClass): Buffer =>
  secret.key(`psk:${callerClass}`);

/** TLS 1.3 with a pre-shared key and nothing else: no certificate is ever shown or trusted. */
export const pskOnly = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256',
} as const;
