import { headed, type LockFiles } from '../lock-lines.js';
import { MANIFEST_LINES } from '../node/lock-lines.js';

/** `foo@^1.0.0, foo@^1.1.0:` of yarn 1, `"foo@npm:^1.0.0":` of later versions, which can also read yarn 1's. */
const packagesIn = headed((line) => /^"?(@?[^@\s"#]+)@/.exec(line)?.[1], /^ {2}version:? "?([^"\s]+)"?$/);

export const LOCK: LockFiles = {
  usual: 'yarn.lock',
  deciding: [{ name: 'yarn.lock', packagesIn }, MANIFEST_LINES],
};
