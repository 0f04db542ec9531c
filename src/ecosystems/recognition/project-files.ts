import { MANAGERS } from '../managers.js';

/** Files that affect managers in addition to those that identify a project: hooks, loaders of runtimes. */
const OTHERS: readonly RegExp[] = [
  /^(?:package\.json|Gemfile|gems\.rb|\.yarnrc|\.npmrc|\.bundle\/.*|bunfig\.toml)$/,
  /^\.(?:pnp(?:\.loader)?|pnpmfile|npm-extension)\.[cm]?js$/,
  /^\.yarn\/(?:releases|plugins|sdks|unplugged)\//,
];

/**
 * In node_modules: scripts that npm runs around each script (`.hooks`, until npm 6), and records of installed packages, which managers
 * trust.
 */
const RECORDS =
  /^node_modules\/(?:\.hooks\/|\.package-lock\.json$|\.yarn-state\.yml$|\.yarn-integrity$|\.modules\.yaml$)/;

/** Whether some package manager reads its settings, code or records from this file. `relative`: relative to the project's folder. */
export function isManagerFile(relative: string): boolean {
  if (relative.includes('node_modules/')) return RECORDS.test(relative);
  const name = relative.slice(relative.lastIndexOf('/') + 1);
  if (OTHERS.some((pattern) => pattern.test(name) || pattern.test(relative))) return true;
  return MANAGERS.some(({ recognition: { lockFiles, settingsFiles } }) =>
    [...lockFiles, ...settingsFiles].includes(name),
  );
}
