import type { DecidingFile, NamedPackage } from '../lock-lines.js';

/** The entries of the dependency sections; elsewhere the same word may be a script or a setting. */
function* dependencies(lines: readonly string[]): Iterable<NamedPackage> {
  let inside = false;
  for (const [index, line] of lines.entries()) {
    if (/^\s*"(?:dev|optional|peer)?[dD]ependencies": ?\{/.test(line)) inside = true;
    else if (/^\s*\}/.test(line)) inside = false;
    const name = inside ? /^\s*"([^"\\]+)": ?"/.exec(line)?.[1] : undefined;
    if (name !== undefined) yield { name, version: null, line: index + 1 };
  }
}

/** The manifest, which is decisive if there is no lock file. */
export const MANIFEST_LINES: DecidingFile = { name: 'package.json', packagesIn: dependencies };
