import { headed, type LockFiles } from '../lock-lines.js';
import { MANIFEST_LINES } from '../node/lock-lines.js';

/** `"node_modules/a/node_modules/b": {` in lock file versions 2 and 3, `"b": {` in version 1. */
const packagesIn = headed(
  (line) => /^\s*"([^"\\]+)": ?\{/.exec(line)?.[1]?.split('node_modules/').at(-1),
  /^\s*"version": ?"([^"\\]+)"/,
);

/** A shrinkwrap takes precedence over a package-lock.json. */
export const LOCK: LockFiles = {
  usual: 'package-lock.json',
  deciding: [{ name: 'npm-shrinkwrap.json', packagesIn }, { name: 'package-lock.json', packagesIn }, MANIFEST_LINES],
};
