import { type LockFiles, listed } from '../lock-lines.js';
import { MANIFEST_LINES } from '../node/lock-lines.js';

/** `foo@1.0.0:`, in older lock files `/foo@1.0.0(peer):` and `/foo/1.0.0_peer:`, with or without a scope. */
const packagesIn = listed(/^ {2}['"]?\/?((?:@[^@/'"]+\/)?[^@/'"\s]+)[@/]([^'"(:_]+)/);

export const LOCK: LockFiles = {
  usual: 'pnpm-lock.yaml',
  deciding: [{ name: 'pnpm-lock.yaml', packagesIn }, MANIFEST_LINES],
};
