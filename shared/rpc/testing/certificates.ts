import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificateFiles } from '../internal-certificate.ts';

/** Certificates as OpenSSL would make them, for 127.0.0.1 and localhost. */

/** One element of DER: tag, length, contents. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 0x80 ? [length]
    : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (ms: number): Buffer => {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
};
const pem = (what: string, bytes: Buffer): string =>
  `-----BEGIN ${what}-----\n${bytes.toString('base64').replaceAll(/.{1,64}/g, '$&\n')}`
  + `-----END ${what}-----\n`;

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const commonName = '550403';
const organisationalUnit = '55040b';
const subjectAltName = oid('551d11');
const basicConstraints = oid('551d13');
const yes = der(0x01, Buffer.from([0xff]));
const daysMs = 24 * 3_600_000;

const part = (kind: string, text: string): Buffer =>
  der(0x31, sequence(oid(kind), der(0x0c, Buffer.from(text))));

/** The subject: each unit, then the name. */
const named = (name: string, units: readonly string[]): Buffer =>
  sequence(...units.map((unit) => part(organisationalUnit, unit)), part(commonName, name));

interface Keys {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

const newKeys = (): Keys => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** PEM texts. */
export interface Pair {
  cert: string;
  key: string;
}

interface Terms {
  subject: Buffer;
  issuer: Buffer;
  wallMs: number;
  days: number;
  /** May issue others. */
  authority: boolean;
}

function certify(terms: Terms, keys: Keys, signer: KeyObject): Pair {
  const { subject, issuer, wallMs, days, authority } = terms;
  const names = sequence(
    der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])),
  );
  const extension = authority
    ? sequence(basicConstraints, yes, der(0x04, sequence(yes)))
    : sequence(subjectAltName, der(0x04, names));
  const certified = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])), ecdsaWithSha256, issuer,
    sequence(utcTime(wallMs - 60 * daysMs), utcTime(wallMs + days * daysMs)),
    subject, keys.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const signature = sign('sha256', certified, signer);
  const whole = sequence(certified, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  return {
    cert: pem('CERTIFICATE', whole),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** One that signs itself; `days` from now until it ends, negative for one that has ended. */
export function selfSigned(wallMs: number, days = 30): Pair {
  const keys = newKeys();
  const subject = named('localhost', []);
  return certify({ subject, issuer: subject, wallMs, days, authority: false }, keys,
    keys.privateKey);
}

/** An authority, and a folder for what it issues. */
export class TestAuthority {
  readonly #keys = newKeys();
  readonly #name = named(`authority ${randomBytes(4).toString('hex')}`, []);
  readonly #wallMs: number;
  readonly #dir = mkdtempSync(join(tmpdir(), 'orderly-ca-'));
  readonly ca: string;

  constructor(wallMs: number) {
    this.#wallMs = wallMs;
    const own = { subject: this.#name, issuer: this.#name, wallMs, days: 30, authority: true };
    this.ca = this.#keep('ca.pem', certify(own, this.#keys, this.#keys.privateKey).cert);
  }

  /** The files of a program whose subject is of these units (OU) and has this name (CN). */
  issue(name: string, units: readonly string[], days = 30): CertificateFiles {
    const terms = {
      subject: named(name, units), issuer: this.#name, wallMs: this.#wallMs, days,
      authority: false,
    };
    const { cert, key } = certify(terms, newKeys(), this.#keys.privateKey);
    const base = randomBytes(4).toString('hex');
    return {
      cert: this.#keep(`${base}.pem`, cert), key: this.#keep(`${base}.key`, key), ca: this.ca,
    };
  }

  #keep(name: string, text: string): string {
    const path = join(this.#dir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }
}
