import { MANAGERS } from './managers.js';

/** Files that managers take besides those by which a project of theirs is recognised: hooks, runtimes' loaders. */
const OTHERS: readonly RegExp[] = [
  /^(?:package\.json|Gemfile|gems\.rb|\.yarnrc|\.npmrc|\.bundle\/.*|bunfig\.toml)$/,
  /^\.(?:pnp(?:\.loader)?|pnpmfile|npm-extension)\.[cm]?js$/,
  /^\.yarn\/(?:releases|plugins|sdks|unplugged)\//,
];

/** In node_modules: what npm runs at each script (`.hooks`, until npm 6), and records of what is installed, which managers believe. */
const RECORDS =
  /^node_modules\/(?:\.hooks\/|\.package-lock\.json$|\.yarn-state\.yml$|\.yarn-integrity$|\.modules\.yaml$)/;

/** `relative`: below the project's folder. Whether some package manager takes its orders from that file, or keeps its record there. */
export function isManagerFile(relative: string): boolean {
  if (relative.includes('node_modules/')) return RECORDS.test(relative);
  const name = relative.slice(relative.lastIndexOf('/') + 1);
  if (OTHERS.some((pattern) => pattern.test(name) || pattern.test(relative))) return true;
  return MANAGERS.some(({ recognition: { lockFiles, settingsFiles } }) =>
    [...lockFiles, ...settingsFiles].includes(name),
  );
}
