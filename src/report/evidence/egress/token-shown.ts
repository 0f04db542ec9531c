import type { EgressLeak } from '../../../egress/content/leak.js';
import type { EgressRecord } from '../../../egress/record.js';
import type { Sent } from '../../contact-meaning/meaning.js';

/** The hosts of whoever issued a planted token. Programs show GitHub's to its API to be allowed more requests. */
const ISSUERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['CI variable GITHUB_TOKEN', ['github.com', 'api.github.com']],
]);

/**
 * What a planted token was sent with, if only its issuer received it: in the open, in a header of requests that could all be read. Undefined
 * for all other leaks, and where it is not known which requests it was in. What was asked for with it is judged by the package that did
 * (`weighing/`): a token can also be used against its owner where it was issued.
 */
export function sentWithToken(leak: EgressLeak, egress: readonly EgressRecord[]): Sent | undefined {
  const { secret, host, port, via, where, encoding } = leak;
  const isForIssuer = ISSUERS.get(secret)?.includes(host) === true && via === 'proxy' && port === 443;
  if (!isForIssuer || where !== 'header' || encoding !== 'plain') return undefined;
  const records = egress.filter((record) => record.host === host && record.port === port && record.via === via);
  const ports = new Set(leak.clientPorts);
  const requests = records
    .flatMap((record) => record.requests)
    .filter(({ clientPorts }) => clientPorts.some((from) => ports.has(from)));
  const told = new Set(requests.flatMap(({ clientPorts }) => clientPorts));
  // Only so many connections are kept of a leak and of a request.
  if (ports.size === 0 || leak.count > ports.size || [...ports].some((from) => !told.has(from))) return undefined;
  const requestsLeft = records.reduce((sum, record) => sum + record.requestsLeft, 0);
  return { host, port, requests, requestsLeft, unread: records.flatMap(({ unread }) => unread) };
}
