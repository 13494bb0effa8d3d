import { type Command, Option } from 'commander';
import { internalCertificateOptions } from '../shared/rpc/certificate-options.ts';
import { outputOptions } from '../shared/runtime/output-options.ts';

const ownOptions = (command: Command): Command =>
  command
    .addOption(new Option('--host <host>', 'address to listen on')
      .default('127.0.0.1').env('ORDERLY_HOST'))
    .addOption(new Option('--port <port>', 'port to listen on, 0 for any')
      .default('8080').env('ORDERLY_PORT'))
    .addOption(new Option('--data <dir>', 'data folder (default: the first free one in the home)')
      .env('ORDERLY_DATA'))
    .addOption(new Option('--nameserver <addresses>', 'host:port of the name server, or several')
      .env('ORDERLY_NAMESERVER'))
    .addOption(new Option('--queue-expiry <seconds>', 'a queued order is not placed after that')
      .default('3600').env('ORDERLY_QUEUE_EXPIRY'))
    .addOption(new Option('--queue-max <orders>', 'orders that may wait in the queue')
      .default('10000').env('ORDERLY_QUEUE_MAX'))
    .addOption(new Option('--tls-cert <file>', 'certificate (PEM) for HTTPS; read again on change')
      .env('ORDERLY_TLS_CERT'))
    .addOption(new Option('--tls-key <file>', 'its private key (PEM), for nobody else to read')
      .env('ORDERLY_TLS_KEY'))
    .addOption(new Option('--insecure-http', 'listen beyond this machine without TLS: something '
      + 'in front does it').env('ORDERLY_INSECURE_HTTP'))
    .addOption(new Option('--trusted-proxy <addresses>', 'addresses or networks whose '
      + 'X-Forwarded-For names the client').env('ORDERLY_TRUSTED_PROXY'))
    .addOption(new Option('--rate-limits <factor>', 'multiplies how often a client may ask; 0: any')
      .default('1').env('ORDERLY_RATE_LIMITS'))
    .addOption(new Option('--launcher <address>', 'host:port where `orderly up` takes orders to '
      + 'add, start, stop and kill programs').env('ORDERLY_LAUNCHER'))
    .addOption(new Option('--no-mdns', 'do not look for a name server on the local network'));

/** Flags of `orderly frontend`; each may also be given as ORDERLY_ and its name in capitals. */
export const frontendOptions = (command: Command): Command =>
  internalCertificateOptions(outputOptions(ownOptions(command)));
