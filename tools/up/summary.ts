import type { Child } from './child.ts';
import type { Cluster } from './cluster.ts';

/** What is said once when all is ready. */

const member = (child: Child): { id: string; url: string | null; pid: number | null } =>
  ({ id: child.id, url: child.facts?.url ?? null, pid: child.pid });

/** The one line of `--json` (INTERFACES 4.8). */
export function readyLine(cluster: Cluster): string {
  const token = cluster.operatorToken;
  return `${JSON.stringify({
    event: 'ready',
    url: cluster.url(),
    docs_url: `${cluster.url()}/docs`,
    nameserver: cluster.nameserverAddress,
    operator_token: token,
    // Until there are accounts, the operator's token opens the staff's doors too.
    staff_token: token,
    data: cluster.home,
    backends: cluster.backends.map(member),
    frontends: cluster.frontends.map(member),
    geocoders: cluster.geocoders.kind,
  })}\n`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const geocoderNames = {
  live: 'the web services postcodes.io and findthatpostcode.uk',
  standin: 'local stand-ins that know a sample of postcodes',
  custom: 'other services',
};

/** The same for people. */
export function summary(cluster: Cluster): string {
  const { geocoders, home, temporary, url } = {
    geocoders: cluster.geocoders, home: cluster.home, temporary: cluster.temporary,
    url: cluster.url(),
  };
  const kept = temporary ? ' (temporary: removed at the end; keep orders with --data DIR)' : '';
  const backends = plural(cluster.backends.length, 'back end');
  const frontends = plural(cluster.frontends.length, 'front end');
  return `
Orderly is running: ${backends}, ${frontends}, a name server. Ctrl-C ends it.

  Front end        ${url}
  Documentation    ${url}/docs
  Operator token   ${cluster.operatorToken}
  Name server      ${cluster.nameserverAddress}
  Data             ${home}${kept}
  Geocoders        ${geocoderNames[geocoders.kind]} (${geocoders.why})

Try in another terminal:

  export ORDERLY_URL=${url} ORDERLY_TOKEN=${cluster.operatorToken} ORDERLY_HOME=${home}
  npm run client                                   order something, by menu
  npm run server-status                            who is primary; switch one down or up
  kill -9 $(...)                                   then order again: nothing is lost
`;
}
