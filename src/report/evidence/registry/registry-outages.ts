import type { RegistryOutage } from '../../../egress/registry/outages.js';
import { cut, plain } from '../../text/plain.js';
import type { IncompleteCode } from '../../verdict/incomplete-codes.js';
import type { IncompleteReason } from '../../verdict/verdict.js';

/** The codes of failures that may be the result of a registry's outage. */
const FAILED: ReadonlySet<IncompleteCode> = new Set(['fetch-failed', 'fetch-timeout', 'install-failed']);
const MAX_CHARS = 300;

/**
 * The registries that failed to answer. If the run reached its end and no package is missing, the outage is not reported, because only
 * metadata was missing that the package manager can do without.
 */
export function registryOutages(
  outages: readonly RegistryOutage[],
  others: readonly IncompleteReason[],
): readonly IncompleteReason[] {
  const hasFailed = others.some(({ code }) => FAILED.has(code));
  return outages
    .filter(({ packages }) => hasFailed || packages.length > 0)
    .map(({ host, port, reason, missing, packages }) => {
      const name = port === 443 ? host : `${host}:${port}`;
      const what = packages.length === 0 ? '' : ` (packages: ${packages.join(', ')})`;
      const count = missing === 1 ? 'one requested file' : `${missing} requested files`;
      const message = `the registry ${name} ${reason}: ${count} did not arrive${what}`;
      return { code: 'registry-unavailable', message: cut(plain(message), MAX_CHARS) };
    });
}
