import { type Asker, followLinks, type ImageLink, namesOf, type Place } from './link-walk.js';

/** In bytes: some 200,000 links of an ordinary length. pnpm makes one for each dependency of each package. */
const MOST_KEPT = 64 * 1024 * 1024;
const LINK_BYTES = 150;

/** What every engine puts into a container's /dev (the OCI runtime specification, "Dev symbolic links"). */
const DEVICE_LINKS = [
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
] as const;

/**
 * The symbolic links of a container, by the calls that made, moved and removed them: so where a path led is known from
 * what was recorded, and not from what is there a moment later. All paths are absolute and lead through no link, but
 * those that are to be followed.
 *
 * Links of the image are not among them, and are asked for only where it matters: behind a link, `..` is another folder
 * than the one before (`/var/run/../home` is `/home`).
 */
export class SymbolicLinks {
  readonly #root: Place = { weight: 0, below: new Map() };
  #weight = 0;

  constructor(private readonly imageLink: ImageLink) {
    for (const [path, target] of DEVICE_LINKS) this.made(path, target);
  }

  /** A link was made. False when there are so many that it can't be remembered. */
  made(path: string, target: string): boolean {
    const weight = LINK_BYTES + path.length + target.length;
    if (this.#weight + weight > MOST_KEPT) return false;
    this.#put(namesOf(path), { target, weight, below: new Map() });
    return true;
  }

  /** A name was removed. */
  removed(path: string): void {
    this.#take(namesOf(path));
  }

  /** A file or folder got another name, with all links in it; what had that name before is gone. */
  moved(from: string, to: string): void {
    const place = this.#take(namesOf(from));
    this.#take(namesOf(to));
    if (place !== undefined) this.#put(namesOf(to), place);
  }

  /** Two names changed their places (RENAME_EXCHANGE). */
  exchanged(one: string, other: string): void {
    const first = this.#take(namesOf(one));
    const second = this.#take(namesOf(other));
    if (first !== undefined) this.#put(namesOf(other), first);
    if (second !== undefined) this.#put(namesOf(one), second);
  }

  /** A hard link was made: of a symbolic link it is one, too. */
  copied(from: string, to: string): boolean {
    const target = this.#find(namesOf(from))?.target;
    return target === undefined || this.made(to, target);
  }

  /**
   * Where a path leads. `base` is the folder that a relative one starts from; `last` tells whether a link in the last
   * place is followed. A descriptor's path in /proc (`/proc/self/fd/7`) stays as it is where the asker does not know it.
   */
  follow(base: string, text: string, last: boolean, asker: Asker): string {
    return followLinks({ root: this.#root, base, text, last, asker, imageLink: this.imageLink });
  }

  #find(names: readonly string[]): Place | undefined {
    let place: Place | undefined = this.#root;
    for (const name of names) place = place?.below.get(name);
    return place;
  }

  #put(names: readonly string[], place: Place): void {
    const last = names.at(-1);
    if (last === undefined) return;
    let at = this.#root;
    for (const name of names.slice(0, -1)) {
      const known = at.below.get(name);
      const next = known ?? { weight: 0, below: new Map() };
      if (known === undefined) at.below.set(name, next);
      at = next;
    }
    this.#weight += weightOf(place) - weightOf(at.below.get(last));
    at.below.set(last, place);
  }

  /** Removes a place, and those above that lead nowhere without it. */
  #take(names: readonly string[]): Place | undefined {
    const above: [Place, string][] = [];
    let at = this.#root;
    for (const name of names) {
      const next = at.below.get(name);
      if (next === undefined) return undefined;
      above.push([at, name]);
      at = next;
    }
    for (const [place, name] of above.reverse()) {
      place.below.delete(name);
      if (place.below.size > 0 || place.target !== undefined) break;
    }
    this.#weight -= weightOf(at);
    return at;
  }
}

function weightOf(place: Place | undefined): number {
  let sum = place?.weight ?? 0;
  for (const inner of place?.below.values() ?? []) sum += weightOf(inner);
  return sum;
}
