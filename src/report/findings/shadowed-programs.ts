import { basename } from 'node:path';
import { COMMAND_OWNERS } from '../../ecosystems/command-owners.js';
import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { PackageIndex } from '../attribution/package-index.js';
import { type LoadNote, noteOf } from '../evidence/load-notes.js';
import { specOf } from '../spec.js';

/** The rule name under which a package's command is reported that stands before a program of the machine. */
export const SHADOWED_RULE = 'Command named like a program of the machine';

const TAGS = ['packwarden', 'tampering', 'mitre_persistence', 'T1574.007'];

/** What every machine has: only a package of that very name has a reason to bring it. */
const SYSTEM = new Set(
  'bash cat cc chmod chown cp curl env find g++ gcc git grep gpg kill ln ls make mv openssl perl ps python python3 rm scp sed sh ssh sudo tar touch uname wget whoami'.split(
    ' ',
  ),
);
/**
 * Packages whose commands have the names of programs that everybody calls: in scripts, `node_modules/.bin` stands before the machine's
 * own folders, so whoever calls `git` there runs the package. It is known from what was delivered, whether or not anybody calls it.
 */
export function shadowedPrograms(
  commands: ReadonlyMap<string, string>,
  index: PackageIndex,
  hostname: string,
  at: number,
): readonly LoadNote[] {
  const found = new Map<InstalledPackage, Set<string>>();
  for (const [command, file] of commands) {
    const by = index.owning(file);
    const name = basename(command);
    if (by === undefined || by.path === '.' || isItsOwn(name, by)) continue;
    found.set(by, (found.get(by) ?? new Set()).add(name));
  }
  return [...found].map(([by, names]) => {
    const said = {
      rule: SHADOWED_RULE,
      what: `names=${[...names].toSorted().join(',')}`,
      priority: 'WARNING' as const,
      tags: TAGS,
    };
    return noteOf(said, specOf(by), by, { at, hostname });
  });
}

function isItsOwn(name: string, { name: pkg }: InstalledPackage): boolean {
  const owners = COMMAND_OWNERS[name];
  if (owners !== undefined) return owners.test(pkg);
  return !SYSTEM.has(name) || pkg === name || pkg.endsWith(`/${name}`);
}
