import type { NetworkSettings } from '../manager.js';
import { HOME } from '../places.js';

/** Where yarn 2 and later look for a user's settings; a decoy stands there, and these are added to it. */
export const YARN_HOME_SETTINGS = `${HOME}/.yarnrc.yml`;

/** The scopes of private registries as yarn 4 takes them: from a file alone, and after what the project's own says (tried with 4.18). */
export function yarnScopes(registries: NetworkSettings['registries']): string {
  const scopes = registries.flatMap(({ url, scopes: names }) =>
    names.map((name) => `  ${name.slice(1)}:\n    npmRegistryServer: ${JSON.stringify(url.replace(/\/$/, ''))}\n`),
  );
  return scopes.length === 0 ? '' : `npmScopes:\n${scopes.join('')}`;
}
