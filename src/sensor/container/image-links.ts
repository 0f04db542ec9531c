import { readlinkSync } from 'node:fs';
import type { ImageLink } from './link-walk.js';

/** The cache of link targets is bounded; this is more than the number of an image's folders that processes leave through `..`. */
const MAX_CACHED = 10_000;

/**
 * Reads the image's links below the root of the container's first process, each path once: images don't change, and later links are known
 * from the calls that create them. Until that process is known, no link is.
 */
export function imageLinks(firstPid: () => number | undefined): ImageLink {
  const known = new Map<string, string | undefined>();
  return (path) => {
    const pid = firstPid();
    if (pid === undefined || known.has(path)) return known.get(path);
    const target = read(`/proc/${pid}/root${path}`);
    if (known.size < MAX_CACHED) known.set(path, target);
    return target;
  };
}

function read(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
