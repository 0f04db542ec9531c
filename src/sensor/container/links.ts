import { type Caller, followLinks, type ImageLink, type LinkNode, namesOf } from './link-walk.js';

/** In bytes, enough for about 200,000 links of ordinary length. pnpm creates one for each dependency of each package. */
const MAX_BYTES = 64 * 1024 * 1024;
const LINK_BYTES = 150;

/** Every container engine creates these in /dev (the OCI runtime specification, "Dev symbolic links"). */
const DEVICE_LINKS = [
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
] as const;

/**
 * The symbolic links of a container, derived from the calls that created, renamed and removed them. This way a path is resolved as it was
 * at the time of a call, not as it is a moment later. All paths passed in are absolute and already resolved, except those given to
 * `follow`.
 *
 * Links of the image are not stored here. They are looked up only where they matter: after a link, `..` is the parent of its target (with
 * `/var/run` -> `/run`, `/var/run/../home` is `/home`).
 */
export class SymbolicLinks {
  readonly #root: LinkNode = { weight: 0, below: new Map() };
  #weight = 0;

  constructor(private readonly imageLink: ImageLink) {
    for (const [path, target] of DEVICE_LINKS) this.made(path, target);
  }

  /** A link was created. Returns false if there are too many links to remember this one. */
  made(path: string, target: string): boolean {
    const weight = LINK_BYTES + path.length + target.length;
    if (this.#weight + weight > MAX_BYTES) return false;
    this.#put(namesOf(path), { target, weight, below: new Map() });
    return true;
  }

  /** A name was removed. */
  removed(path: string): void {
    this.#take(namesOf(path));
  }

  /** A file or folder was renamed, together with all links below it; whatever had the new name before is gone. */
  moved(from: string, to: string): void {
    const node = this.#take(namesOf(from));
    this.#take(namesOf(to));
    if (node !== undefined) this.#put(namesOf(to), node);
  }

  /** Two names were exchanged (RENAME_EXCHANGE). */
  exchanged(one: string, other: string): void {
    const first = this.#take(namesOf(one));
    const second = this.#take(namesOf(other));
    if (first !== undefined) this.#put(namesOf(other), first);
    if (second !== undefined) this.#put(namesOf(one), second);
  }

  /** A hard link was created. A hard link to a symbolic link is a symbolic link, too. */
  copied(from: string, to: string): boolean {
    const target = this.#find(namesOf(from))?.target;
    return target === undefined || this.made(to, target);
  }

  /**
   * Resolves a path. `base` is the folder that a relative path starts from; `last` tells whether a link in the last position is followed. A
   * descriptor's path in /proc (`/proc/self/fd/7`) is left unresolved if the caller's descriptor is not known.
   */
  follow(base: string, text: string, last: boolean, caller: Caller): string {
    return followLinks({ root: this.#root, base, text, last, caller, imageLink: this.imageLink });
  }

  #find(names: readonly string[]): LinkNode | undefined {
    let node: LinkNode | undefined = this.#root;
    for (const name of names) node = node?.below.get(name);
    return node;
  }

  #put(names: readonly string[], node: LinkNode): void {
    const last = names.at(-1);
    if (last === undefined) return;
    let at = this.#root;
    for (const name of names.slice(0, -1)) {
      const known = at.below.get(name);
      const next = known ?? { weight: 0, below: new Map() };
      if (known === undefined) at.below.set(name, next);
      at = next;
    }
    this.#weight += weightOf(node) - weightOf(at.below.get(last));
    at.below.set(last, node);
  }

  /** Removes a node, and those of its ancestors that then no longer lead to a link. */
  #take(names: readonly string[]): LinkNode | undefined {
    const above: [LinkNode, string][] = [];
    let at = this.#root;
    for (const name of names) {
      const next = at.below.get(name);
      if (next === undefined) return undefined;
      above.push([at, name]);
      at = next;
    }
    for (const [node, name] of above.reverse()) {
      node.below.delete(name);
      if (node.below.size > 0 || node.target !== undefined) break;
    }
    this.#weight -= weightOf(at);
    return at;
  }
}

function weightOf(node: LinkNode | undefined): number {
  let sum = node?.weight ?? 0;
  for (const inner of node?.below.values() ?? []) sum += weightOf(inner);
  return sum;
}
