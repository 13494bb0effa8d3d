import { type Command, Option } from 'commander';

/** The flags with which a program shows a certificate to the others, and demands theirs. */
export const internalCertificateOptions = (command: Command): Command =>
  command
    .addOption(new Option('--internal-cert <file>', 'certificate (PEM) for other programs of the '
      + 'cluster, in the place of the key').env('ORDERLY_INTERNAL_CERT'))
    .addOption(new Option('--internal-key <file>', 'its private key (PEM), for nobody else to read')
      .env('ORDERLY_INTERNAL_KEY'))
    .addOption(new Option('--internal-ca <file>', 'the authority (PEM) whose certificates other '
      + 'programs have to show').env('ORDERLY_INTERNAL_CA'));
