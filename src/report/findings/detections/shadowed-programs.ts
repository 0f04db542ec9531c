import { basename } from 'node:path';
import { COMMAND_OWNERS } from '../../../ecosystems/image/command-owners.js';
import type { InstalledPackage } from '../../../ecosystems/installed-package.js';
import type { PackageIndex } from '../../attribution/files/package-index.js';
import { type LoadNote, noteOf } from '../../evidence/load-notes.js';
import { specOf } from '../../spec.js';

/** The rule name under which a package's command is reported that takes precedence over a program of the machine. */
export const SHADOWED_RULE = 'Command named like a program of the machine';

const TAGS = ['packwarden', 'tampering', 'mitre_persistence', 'T1574.007'];

/** Programs of every machine: only a package of exactly that name has a reason to provide such a command. */
const SYSTEM = new Set(
  'bash cat cc chmod chown cp curl env find g++ gcc git grep gpg kill ln ls make mv openssl perl ps python python3 rm scp sed sh ssh sudo tar touch uname wget whoami'.split(
    ' ',
  ),
);
/**
 * Packages whose commands have the names of common programs. In scripts, `node_modules/.bin` comes before the machine's folders
 * in the PATH, so a script that calls `git` would run the package's command. This is derived from what was delivered, whether or
 * not a script calls it.
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
