import { hasCredentials, type SecretSettings } from '../recognition/secret-settings.js';

/** Names of settings that contain credentials or lead to them; for a single registry they are prefixed with its address. */
const SECRET = /(^|:)(_auth|_authToken|_password|username|email|certfile|keyfile|cert|key|otp)$/i;

/** Whether npm, or another reader of its settings, gets a credential from the setting with this name. */
export function isSecretSetting(name: string): boolean {
  return SECRET.test(name);
}

/** For `.npmrc`, which every node_modules manager reads: `name = value` lines. */
export const NPMRC_SECRETS: SecretSettings = {
  '.npmrc'(line) {
    const [, name = ''] = /^\s*([^#;=]+?)(?:\[\])?\s*=/.exec(line) ?? [];
    return isSecretSetting(name) || hasCredentials(line) ? name : null;
  },
};

/** The last value of a setting in a `.npmrc`; undefined if it is not set. */
export function npmrcSetting(text: string, wanted: string): string | undefined {
  const lines = text.split('\n').map((line) => /^\s*([^#;=\s]+)\s*=\s*(.*?)\s*$/.exec(line));
  return lines.findLast((found) => found?.[1] === wanted)?.[2]?.replace(/^(["'])(.*)\1$/, '$2');
}
