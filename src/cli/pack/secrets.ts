import { MANAGERS } from '../../ecosystems/managers.js';
import type { SecretSettings } from '../../ecosystems/recognition/secret-settings.js';

/** A file without its secrets, and the names of the settings that were left out. */
export interface Cleaned {
  readonly content: string;
  readonly removed: readonly string[];
}

/** Settings of every package manager: a project of one may also hold another's settings file. */
const SETTINGS: SecretSettings = Object.assign({}, ...MANAGERS.map(({ secretSettings }) => secretSettings));

/** Whether files of this name are packed only after `clean`. */
export function mayHoldSecrets(name: string): boolean {
  return Object.hasOwn(SETTINGS, name);
}

/** The file without the lines that hold credentials. `name` is one that `mayHoldSecrets`. */
export function clean(name: string, content: string): Cleaned {
  const secretOf = SETTINGS[name];
  const removed: string[] = [];
  const kept = content.split('\n').filter((line) => {
    const secret = secretOf?.(line) ?? null;
    if (secret !== null) removed.push(secret);
    return secret === null;
  });
  return { content: kept.join('\n'), removed };
}

/** Files that usually hold secrets and that no install reads: packed only if the user names them. */
export function isSecretFile(name: string): boolean {
  return /^(\.env(\..*)?|\.netrc|\.git-credentials|id_(rsa|dsa|ecdsa|ed25519))$/.test(name) && name !== '.env.example';
}
