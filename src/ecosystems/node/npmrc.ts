import { hasCredentials, type SecretSettings } from '../secret-settings.js';

/** Names of settings that are, or lead to, credentials; of one registry, with its address before. */
const SECRET = /(^|:)(_auth|_authToken|_password|username|email|certfile|keyfile|cert|key|otp)$/i;

/** Whether npm, and what reads its settings, takes a credential from the setting of this name. */
export function isSecretSetting(name: string): boolean {
  return SECRET.test(name);
}

/** `.npmrc`, which every manager of node_modules reads: `name = value` lines. */
export const NPMRC_SECRETS: SecretSettings = {
  '.npmrc'(line) {
    const [, name = ''] = /^\s*([^#;=]+?)(?:\[\])?\s*=/.exec(line) ?? [];
    return isSecretSetting(name) || hasCredentials(line) ? name : null;
  },
};

/** The last value of a setting in a `.npmrc`; undefined where it is not set. */
export function npmrcSetting(text: string, wanted: string): string | undefined {
  const lines = text.split('\n').map((line) => /^\s*([^#;=\s]+)\s*=\s*(.*?)\s*$/.exec(line));
  return lines.findLast((found) => found?.[1] === wanted)?.[2]?.replace(/^(["'])(.*)\1$/, '$2');
}
