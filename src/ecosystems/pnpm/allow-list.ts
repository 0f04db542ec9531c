import { stringify } from 'yaml';
import { type AllowListForm, addressOf, type DecidedPackage, decidable, named } from '../allow-list.js';

const FILE = 'pnpm-workspace.yaml';

/**
 * `allowBuilds`, as read by pnpm 12: a refusal takes precedence, a name alone only matches packages of the registry, and other packages are
 * allowed by their address in the lock file (`foo@https://…`). A refusal applies to the name, i.e. also to future versions, but only to the
 * version if another version is allowed.
 */
const allowBuilds: AllowListForm = {
  name: 'pnpm',
  setting: 'allowBuilds',
  readBy: 'pnpm 10.26 and later',
  write(decision) {
    const { allowed, refused, notes } = decidable(decision, true);
    const kept = new Set(allowed.map(({ name }) => name));
    const entries = [
      ...pinned(allowed).map((key) => [key, true]),
      ...pinned(refused.filter(({ name }) => kept.has(name))).map((key) => [key, false]),
      ...refused.filter(({ name }) => !kept.has(name)).map(({ name }) => [name, false]),
    ];
    const text = stringify({ allowBuilds: Object.fromEntries(entries) });
    return { file: FILE, text, notes: [...notes, ...undecidedNote(decision.undecided)] };
  },
};

/**
 * The two lists of pnpm 10; the first one accepts versions since 10.19. Packages in neither list don't run scripts either: the second list,
 * which only accepts names, just prevents pnpm from asking.
 */
const builtDependencies: AllowListForm = {
  name: 'pnpm10',
  setting: 'onlyBuiltDependencies',
  readBy: 'pnpm 10.19 to 10.25',
  write(decision) {
    const { allowed, refused, notes } = decidable(decision, true);
    const kept = new Set(allowed.map(({ name }) => name));
    const ignored = new Set(refused.map(({ name }) => name).filter((name) => !kept.has(name)));
    const lists = { onlyBuiltDependencies: pinned(allowed), ignoredBuiltDependencies: [...ignored] };
    return { file: FILE, text: stringify(lists), notes };
  },
};

/** Newest first. */
export const ALLOW_LISTS: readonly AllowListForm[] = [allowBuilds, builtDependencies];

/** `strictDepBuilds` is on by default since pnpm 11. */
function undecidedNote(undecided: readonly DecidedPackage[]): readonly string[] {
  if (undecided.length === 0) return [];
  return [`pnpm 11 and later fail an install until these are allowed or refused, too: ${named(undecided)}`];
}

/** `name@1.0.0 || 2.0.0` for versions from the registry, `name@address` for each other one. */
function pinned(packages: readonly DecidedPackage[]): readonly string[] {
  const versions = new Map<string, Set<string>>();
  const elsewhere: string[] = [];
  for (const { name, version, from } of packages) {
    if (from.kind === 'registry') versions.set(name, (versions.get(name) ?? new Set()).add(version));
    else elsewhere.push(`${name}@${addressOf(from)}`);
  }
  return [...[...versions].map(([name, all]) => `${name}@${[...all].join(' || ')}`), ...elsewhere];
}
