import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import { refuseIfShared } from '../../shared/runtime/data-folder.ts';
import type { Logger } from '../../shared/runtime/logger.ts';

/** The certificate of the public door: read from two files, and again when they have changed. */

export interface CertificateFiles {
  /** PEM: the certificate, and those that lead to a root. */
  cert: string;
  /** PEM: its private key, for nobody else to read. */
  key: string;
}

const lookEveryMs = 10_000;
const dayMs = 24 * 3_600_000;
const soonMs = 14 * dayMs;

type Context = Pick<SecureContextOptions, 'cert' | 'key' | 'minVersion'>;

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new OrderlyError('unavailable', `The ${what} ${path} can not be read (${code}).`);
  }
}

/** Throws `unavailable`, with a sentence for people, for files that do not make a pair. */
function load({ cert, key }: CertificateFiles): { context: Context; expiresMs: number } {
  const certText = readText(cert, 'certificate');
  const keyText = readText(key, 'private key');
  refuseIfShared(key);
  let certificate: X509Certificate;
  let belongs: boolean;
  try {
    certificate = new X509Certificate(certText);
    belongs = certificate.checkPrivateKey(createPrivateKey(keyText));
  } catch {
    // What OpenSSL says of it names neither the file nor what is wrong with it.
    throw new OrderlyError('unavailable', `${cert} and ${key} are not a certificate and a key.`);
  }
  if (!belongs) {
    throw new OrderlyError('unavailable', `The key ${key} is not that of the certificate ${cert}.`);
  }
  return {
    context: { cert: certText, key: keyText, minVersion: 'TLSv1.2' },
    expiresMs: Date.parse(certificate.validTo),
  };
}

/** Changes with each of the files; empty while one of them can not be seen. */
function markOf({ cert, key }: CertificateFiles): string {
  const facts = [cert, key].map((path) => statSync(path, { throwIfNoEntry: false }));
  return facts.includes(undefined) ? ''
    : facts.map((each) => `${each?.ino ?? 0} ${each?.mtimeMs ?? 0} ${each?.size ?? 0}`).join();
}

export class Certificate {
  readonly #files: CertificateFiles;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #loaded: ReturnType<typeof load>;
  #mark: string;
  #timer: Timer | null = null;
  #onHangUp: (() => void) | null = null;

  /** Throws `unavailable` when the files can not be used. */
  constructor(files: CertificateFiles, parts: { clock: Clock; logger: Logger }) {
    this.#files = files;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#mark = markOf(files);
    this.#loaded = load(files);
    this.#warnOfEnd();
  }

  get context(): Context {
    return this.#loaded.context;
  }

  /** When it ends, as the time of day in milliseconds. */
  get expiresMs(): number {
    return this.#loaded.expiresMs;
  }

  /** From now on the server takes what the files hold, on SIGHUP and soon after they changed. */
  follow(server: Pick<Server, 'setSecureContext'>): void {
    this.#onHangUp = () => this.reload(server);
    process.on('SIGHUP', this.#onHangUp);
    this.#timer = this.#clock.setRepeating(lookEveryMs, () => {
      const mark = markOf(this.#files);
      if (mark !== '' && mark !== this.#mark) this.reload(server);
    });
  }

  /** Connections that are open keep what they have. Files that are no pair change nothing. */
  reload(server: Pick<Server, 'setSecureContext'>): void {
    this.#mark = markOf(this.#files);
    try {
      this.#loaded = load(this.#files);
      server.setSecureContext(this.#loaded.context);
      this.#logger.info({ until: this.#until() }, 'certificate read again');
      this.#warnOfEnd();
    } catch (error) {
      this.#logger.error({ err: error }, 'the certificate stays as it was: the new one is no good');
    }
  }

  stop(): void {
    this.#timer?.cancel();
    if (this.#onHangUp !== null) process.off('SIGHUP', this.#onHangUp);
  }

  #until(): string {
    return new Date(this.#loaded.expiresMs).toISOString();
  }

  #warnOfEnd(): void {
    if (this.#loaded.expiresMs - this.#clock.wallMs() > soonMs) return;
    this.#logger.warn({ until: this.#until() }, 'the certificate ends soon, or has ended');
  }
}
