import type { HomeFile, NetworkSettings } from '../manager.js';
import { HOME } from '../places.js';

/** The scopes of private registries: yarn 4 only reads them from a file, and the project's own file takes precedence (tried with 4.18). */
export function yarnScopes({ registries }: NetworkSettings): readonly HomeFile[] {
  const scopes = registries.flatMap(({ url, scopes: names }) =>
    names.map((name) => `  ${name.slice(1)}:\n    npmRegistryServer: ${JSON.stringify(url.replace(/\/$/, ''))}\n`),
  );
  return scopes.length === 0 ? [] : [{ path: `${HOME}/.yarnrc.yml`, content: `npmScopes:\n${scopes.join('')}` }];
}
