import { type AllowListForm, addressOf, asJson, type DecidedPackage, decidable, named } from '../allow-list.js';

/**
 * `allowScripts` of package.json (npm/rfcs#868, as read by npm 12.2). A key is compared with what was resolved: name and version for
 * packages of the registry, the address for others, so no package can pass for another one. A refusal takes precedence over entries that
 * allow. It applies to the name, i.e. also to future versions, as `npm deny-scripts` writes it; but only to the version if another version
 * is allowed.
 */
export const ALLOW_SCRIPTS: AllowListForm = {
  name: 'npm',
  setting: 'allowScripts',
  readBy: 'npm 12; npm 11.16 and later, which refuses what it lists and runs everything else',
  write(decision) {
    const { allowed, refused, notes } = decidable(decision, true);
    const kept = new Set(allowed.map(sourceOf));
    const entries = [
      ...allowed.map((pkg) => [pinOf(pkg), true]),
      ...refused.map((pkg) => [kept.has(sourceOf(pkg)) ? pinOf(pkg) : sourceOf(pkg), false]),
    ];
    return {
      file: 'package.json',
      text: asJson({ allowScripts: Object.fromEntries(entries) }),
      notes: [...notes, ...allowed.filter(hasNoAddress).map(withoutEffect), ...undecidedNote(decision.undecided)],
    };
  },
};

/** `omit-lockfile-registry-resolved` keeps the addresses out of the lock file. */
function hasNoAddress({ from }: DecidedPackage): boolean {
  return from.kind === 'registry' && from.resolved === null && from.integrity !== null;
}

function withoutEffect({ name, version }: DecidedPackage): string {
  return `${name}@${version} has no address in the lock file, which npm needs to identify the version: without it the entry has no effect`;
}

/** npm 11 only warns about them (tried with 11.16). */
function undecidedNote(undecided: readonly DecidedPackage[]): readonly string[] {
  return undecided.length === 0 ? [] : [`npm 11 runs what is not in the list; npm 12 does not: ${named(undecided)}`];
}

/** The key of exactly this version: a commit of a Git repository, a file or folder. */
function pinOf({ name, version, from }: DecidedPackage): string {
  const address = from.kind === 'registry' ? undefined : addressOf(from);
  return address ?? `${name}@${version}`;
}

/** The key of every version: the name in the registry, otherwise the address without a commit. */
function sourceOf(pkg: DecidedPackage): string {
  if (pkg.from.kind === 'registry') return pkg.name;
  return pkg.from.kind === 'git' ? pinOf(pkg).replace(/#.*$/, '') : pinOf(pkg);
}
