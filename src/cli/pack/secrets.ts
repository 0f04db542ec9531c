/** Names of `.npmrc` settings that are, or lead to, credentials. */
const NPM_SECRET = /(^|:)(_auth|_authToken|_password|username|email|certfile|keyfile|cert|key|otp)$/i;
const YARN_SECRET = /^\s*['"]?(npmAuthToken|npmAuthIdent|httpsKeyFilePath|httpsCertFilePath)['"]?\s*:/;
const CREDENTIALS_IN_URL = /\/\/[^/\s@]+@/;

/** A file without its secrets, and the names of the settings that were left out. */
export interface Cleaned {
  readonly content: string;
  readonly removed: readonly string[];
}

type Cleaner = (line: string) => string | null;

/** `.npmrc`: `name = value` lines; the name of the setting when the line is a secret. */
const npmSecret: Cleaner = (line) => {
  const [, name = ''] = /^\s*([^#;=]+?)(?:\[\])?\s*=/.exec(line) ?? [];
  return NPM_SECRET.test(name) || CREDENTIALS_IN_URL.test(line) ? name : null;
};

const yarnSecret: Cleaner = (line) => {
  const [, name] = YARN_SECRET.exec(line) ?? [];
  if (name !== undefined) return name;
  return CREDENTIALS_IN_URL.test(line) ? (line.split(':')[0]?.trim() ?? '') : null;
};

/** `.yarnrc` of yarn 1: `"name" value`. */
const classicYarnSecret: Cleaner = (line) => {
  const [name = ''] = line.trim().split(/\s+/);
  return NPM_SECRET.test(name.replaceAll(/["']/g, '')) || CREDENTIALS_IN_URL.test(line) ? name : null;
};

const CLEANERS: Readonly<Record<string, Cleaner>> = {
  '.npmrc': npmSecret,
  '.yarnrc.yml': yarnSecret,
  '.yarnrc': classicYarnSecret,
};

/** Whether files of this name are packed only after `clean`. */
export function mayHoldSecrets(name: string): boolean {
  return Object.hasOwn(CLEANERS, name);
}

/** The file without the lines that hold credentials. `name` is one that `mayHoldSecrets`. */
export function clean(name: string, content: string): Cleaned {
  const secretOf = CLEANERS[name];
  const removed: string[] = [];
  const kept = content.split('\n').filter((line) => {
    const secret = secretOf?.(line) ?? null;
    if (secret !== null) removed.push(secret);
    return secret === null;
  });
  return { content: kept.join('\n'), removed };
}

/** Files that hold secrets by custom and that no install reads: never packed unless named. */
export function isSecretFile(name: string): boolean {
  return /^(\.env(\..*)?|\.netrc|\.git-credentials|id_(rsa|dsa|ecdsa|ed25519))$/.test(name) && name !== '.env.example';
}
