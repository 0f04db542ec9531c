import type { LineReader, LockFiles } from '../lock-lines.js';
import { MANIFEST_LINES } from '../node/lock-lines.js';

/** A line `    "a/b": ["b@1.0.0", …` of `bun.lock`: the key is the location, whose name may differ from the package's. */
const ENTRY = /^ {4}"(?:[^"\\]*\/)?(?:@[^"\\/]+\/)?[^"\\/]+": \["(@?[^"@\\]+)@(?:npm:)?([^"\\]+)"/;

const packagesIn: LineReader = function* read(lines) {
  let inside = false;
  for (const [index, line] of lines.entries()) {
    // In other sections a name is only a requirement.
    if (/^ {2}"packages": \{/.test(line)) inside = true;
    const [, name, version] = inside ? (ENTRY.exec(line) ?? []) : [];
    if (name !== undefined && version !== undefined) yield { name, version, line: index + 1 };
  }
};

/** A binary `bun.lockb` has no lines. */
export const LOCK: LockFiles = {
  usual: 'bun.lock',
  deciding: [{ name: 'bun.lock', packagesIn }, MANIFEST_LINES],
};
