import { Option } from 'commander';
import { roles } from '../../shared/contract/role.ts';
import { examples, type Host } from './host.ts';

/** Commands about who one is. A password is never an argument: other users could read it. */

const inputText = 'username and password as JSON; - for stdin';

function addSigning({ root, run }: Host): void {
  root.command('sign-up').description('make an account, and sign in')
    .option('--username <name>', '3 to 32 letters, digits, dots, underscores or dashes')
    .addOption(new Option('--role <role>', 'staff: with the token of an operator only')
      .choices([...roles]))
    .option('--input <file>', inputText)
    .option('--key <key>', 'idempotency key of an earlier try, to continue it')
    .addHelpText('after', examples(`
      orderly client sign-up
      orderly client sign-up --username ann --input - < secret.json`))
    .action((options) => run(async (context) =>
      (await import('../commands/account.ts')).signUpHere(context, options)));
  root.command('sign-in').description('sign in; it is remembered for this front end')
    .option('--username <name>', 'who you are')
    .option('--input <file>', inputText)
    .addHelpText('after', examples(`
      orderly client sign-in
      orderly client sign-in --url http://127.0.0.1:8080 --username ann
      orderly client sign-in --input - --json < secret.json`))
    .action((options) => run(async (context) =>
      (await import('../commands/account.ts')).signInHere(context, options)));
  root.command('sign-out').description('end this session, or all of the account')
    .option('--everywhere', 'on every device')
    .option('--yes', 'sign out everywhere without asking')
    .addHelpText('after', examples(`
      orderly client sign-out
      orderly client sign-out --everywhere --yes`))
    .action((options) => run(async (context) =>
      (await import('../commands/account.ts')).signOutHere(context, options)));
}

function addMine({ root, run }: Host): void {
  root.command('whoami').description('who is signed in, and where')
    .addHelpText('after', examples(`
      orderly client whoami
      orderly client whoami --json`))
    .action(() => run(async (context) =>
      (await import('../commands/account.ts')).showWho(context)));
  root.command('delete-account').description('delete the account, and your name from its orders')
    .option('--input <file>', '{"password": ...} as JSON; - for stdin')
    .option('--key <key>', 'idempotency key of an earlier try, to continue it')
    .option('--yes', 'delete it without asking')
    .addHelpText('after', examples(`
      orderly client delete-account
      orderly client delete-account --input - --yes < secret.json`))
    .action((options) => run(async (context) =>
      (await import('../commands/account.ts')).deleteMine(context, options)));
}

export function addAccountCommands(host: Host): void {
  host.root.commandsGroup('Who you are:');
  addSigning(host);
  addMine(host);
}
