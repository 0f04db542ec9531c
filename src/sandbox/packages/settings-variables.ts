import type { FoundProject } from '../../ecosystems/project.js';

/** Names under `.invalid` never resolve (RFC 2606). */
const HOST = 'packages.invalid';

/**
 * Values for variables that the project's settings expect on the project's own machines, because some managers stop if one is unset: a
 * decoy for a credential, the configured registry for a registry, and an unreachable host for other hosts.
 */
export function settingsVariables(unset: FoundProject['unset'], token: string, registry: string): readonly string[] {
  const values = { token, registry, url: `https://${HOST}/`, host: HOST, nothing: '' };
  return unset.map(({ name, use }) => `${name}=${values[use]}`);
}
