import type { Child } from './child.ts';
import type { Cluster } from './cluster.ts';

/** What is said once when all is ready. */

const member = (child: Child): { id: string; url: string | null; pid: number | null } =>
  ({ id: child.id, url: child.facts?.url ?? null, pid: child.pid });

/** Signs whoever opens it in as an operator. What stands behind # is not sent anywhere. */
const dashboardUrl = (cluster: Cluster): string =>
  `${cluster.url()}/#token=${cluster.operatorToken}`;

/** The one line of `--json` (INTERFACES 4.8). */
export function readyLine(cluster: Cluster): string {
  return `${JSON.stringify({
    event: 'ready',
    url: cluster.url(),
    docs_url: `${cluster.url()}/docs`,
    dashboard_url: dashboardUrl(cluster),
    nameserver: cluster.nameserverAddress,
    operator_token: cluster.operatorToken,
    staff_token: cluster.staffToken,
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

/** The same for people; `primary` is the process that leads now. */
export function summary(cluster: Cluster, primary: { id: string; pid: number | null }): string {
  const { geocoders, home } = cluster;
  const url = cluster.url();
  const token = cluster.operatorToken;
  const kept = cluster.temporary
    ? ' (temporary: removed at the end; --data DIR keeps it)' : '';
  const backends = plural(cluster.backends.length, 'back end');
  const frontends = plural(cluster.frontends.length, 'front end');
  return `
Orderly is running: a name server, ${backends}, ${frontends}. Ctrl-C ends it.

  Dashboard        ${dashboardUrl(cluster)}
  Front end        ${url}
  Operator token   ${token}
  Staff token      ${cluster.staffToken}
  Name server      ${cluster.nameserverAddress}
  Data             ${home}${kept}
  Geocoders        ${geocoderNames[geocoders.kind]}: ${geocoders.why}

Try in another terminal:

  export ORDERLY_URL=${url} ORDERLY_TOKEN=${token}
  export ORDERLY_NAMESERVER=${cluster.nameserverAddress} ORDERLY_HOME=${home}

  npm run client -- place --item tea:2 --name Ada --phone 01914980123 \\
      --address "1 High St" --postcode "DH1 4SW" --yes
  npm run server-status -- --watch
  node dist/tools/orderly.cjs node list      (also: add, stop, start, kill)
  kill -9 ${primary.pid}   (${primary.id}, the primary; order again: nothing is lost)

`;
}
