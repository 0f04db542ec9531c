import { readlinkSync } from 'node:fs';
import type { ImageLink } from './link-walk.js';

/** As many paths as an image's folders that anybody leaves by `..`. */
const MOST_REMEMBERED = 10_000;

/**
 * Reads the links of a container's image below the root of its first process, each once: an image does not change, and
 * what is made later is known from the calls that make it. Without that process nothing is known.
 */
export function imageLinks(firstPid: () => number | undefined): ImageLink {
  const known = new Map<string, string | undefined>();
  return (path) => {
    const pid = firstPid();
    if (pid === undefined || known.has(path)) return known.get(path);
    const target = read(`/proc/${pid}/root${path}`);
    if (known.size < MOST_REMEMBERED) known.set(path, target);
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
