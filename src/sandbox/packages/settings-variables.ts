import type { FoundProject } from '../../ecosystems/project.js';

/** Names under `.invalid` never resolve (RFC 2606). */
const HOST = 'packages.invalid';

/**
 * Values for the variables that a project's settings expect on the project's own machines, so that no manager stops where one is not
 * set: a decoy for what is a credential, the configured registry for a registry, and a place that leads nowhere for other hosts.
 */
export function settingsVariables(unset: FoundProject['unset'], token: string, registry: string): readonly string[] {
  const values = { token, registry, url: `https://${HOST}/`, host: HOST, nothing: '' };
  return unset.map(({ name, use }) => `${name}=${values[use]}`);
}
