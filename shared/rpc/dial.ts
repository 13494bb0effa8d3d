import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { systemClock } from '../runtime/clock.ts';
import { parseHostPort } from './host-port.ts';
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
  return code.startsWith('ERR_SSL') || code === 'EPROTO' ? 'handshake' : 'unreachable';
}

/** Opens a connection and proves both sides; resolves in any case, within 2 s. */
export function dial(options: DialOptions, signal: AbortSignal): Promise<Dialed> {
  const { secret, identity } = options;
  const target = parseHostPort(options.address);
  if (target === null) return Promise.resolve({ reason: 'unreachable', cause: 'bad address' });
  return new Promise((resolve) => {
    const socket = connect({
      ...pskOnly,
      // Spares the loading of the public root certificates.
      ca: [],
      ...target,
      pskCallback: () => ({
        identity: identityText(identity), psk: classKey(secret, identity.class),
      }),
      // There is no certificate whose name could be compared; the key proves the server.
      checkServerIdentity: () => undefined,
    });
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
      socket.off('close', onClose).off('secureConnect', onSecure);
      signal.removeEventListener('abort', onAbort);
    };
    socket.on('connect', onConnect).on('error', onError);
    socket.on('close', onClose).on('secureConnect', onSecure);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
