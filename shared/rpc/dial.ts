import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { systemClock } from '../runtime/clock.ts';
import { parseHostPort } from './host-port.ts';
import { refuseAsServer } from './internal-certificate.ts';
import { classKey, identityText, pskOnly } from './psk.ts';
import type { Identity } from './psk.ts';
import type { ClusterSecret } from './secret.ts';

/** refused: nobody listens; handshake: wrong key or not our protocol; unreachable: all else. */
export type DialReason = 'refused' | 'unreachable' | 'handshake';

/** Why there is no connection. Nothing has been sent. */
export interface DialFailure {
  readonly reason: DialReason;
  /** Error code of the system or of TLS, for the log. */
  readonly cause: string;
}

export type Dialed = { socket: TLSSocket } | DialFailure;

export interface DialOptions {
  secret: ClusterSecret;
  identity: Identity;
  address: string;
}

/** For the TCP connection, and again for the handshake. */
const stepMsMax = 1_000;

function reasonOf(code: string): DialReason {
  if (code === 'ECONNREFUSED') return 'refused';
  // What is wrong with a certificate has codes such as CERT_HAS_EXPIRED, what a system says begins
  // with an E.
  const ofTls = code.startsWith('ERR_') || code === 'EPROTO' || !code.startsWith('E');
  return ofTls ? 'handshake' : 'unreachable';
}

function proofOf({ secret, identity }: DialOptions): ConnectionOptions {
  if (secret.certificate !== null) {
    return {
      ...secret.certificate, minVersion: 'TLSv1.3',
      checkServerIdentity: (_host, certificate) => refuseAsServer(certificate),
    };
  }
  return {
    ...pskOnly,
    // Spares the loading of the public root certificates.
    ca: [],
    pskCallback: () => ({
      identity: identityText(identity), psk: classKey(secret, identity.class),
    }),
    // There is no certificate whose name could be compared; the key proves the server.
    checkServerIdentity: () => undefined,
  };
}

/** Opens a connection and proves both sides; resolves in any case, within 2 s. */
export function dial(options: DialOptions, signal: AbortSignal): Promise<Dialed> {
  // The server has looked at a certificate of ours when it sends a ticket, and not before.
  const proven = options.secret.certificate === null ? 'secureConnect' : 'session';
  const target = parseHostPort(options.address);
  if (target === null) return Promise.resolve({ reason: 'unreachable', cause: 'bad address' });
  return new Promise((resolve) => {
    const socket = connect({ ...proofOf(options), ...target });
    const fail = (reason: DialReason, cause: string): void => {
      settle();
      socket.on('error', () => { /* The attempt is over; what else goes wrong is no news. */ });
      socket.destroy();
      resolve({ reason, cause });
    };
    const tooSlow = (): void => fail('unreachable', 'no answer in time');
    let timer = systemClock.setTimer(stepMsMax, tooSlow);
    const onConnect = (): void => {
      timer.cancel();
      timer = systemClock.setTimer(stepMsMax, tooSlow);
    };
    const onError = (error: Error & { code?: string }): void => {
      const cause = error.code ?? error.message;
      fail(reasonOf(cause), cause);
    };
    const onClose = (): void => fail('unreachable', 'closed in the handshake');
    const onAbort = (): void => fail('unreachable', 'given up');
    const onSecure = (): void => {
      settle();
      resolve({ socket });
    };
    const settle = (): void => {
      timer.cancel();
      socket.off('connect', onConnect).off('error', onError);
      socket.off('close', onClose).off(proven, onSecure);
      signal.removeEventListener('abort', onAbort);
    };
    socket.on('connect', onConnect).on('error', onError);
    socket.on('close', onClose).on(proven, onSecure);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
