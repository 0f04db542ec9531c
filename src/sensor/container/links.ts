/** Who asks, as /proc calls it: its own folder there is `/proc/self`. */
export interface Asker {
  readonly vpid: number;
  readonly vtid: number;
  /** Its working directory; empty when not known. */
  readonly cwd: string;
}

/** A name in the tree of links: what it points to, and what is known below it. Only what leads to a link has one. */
interface Place {
  target?: string;
  /** What it takes to remember this link, in bytes; 0 for what is none. */
  readonly weight: number;
  readonly below: Map<string, Place>;
}

/** The kernel gives up after as many (MAXSYMLINKS in include/linux/namei.h). */
const MOST_FOLLOWED = 40;
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
 * those that are to be followed. Links of the image are not among them.
 */
export class SymbolicLinks {
  readonly #root: Place = { weight: 0, below: new Map() };
  #weight = 0;

  constructor() {
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
   * place is followed. A descriptor's path in /proc (`/proc/self/fd/7`) stays as it is: what it stands for is not known here.
   */
  follow(base: string, text: string, last: boolean, asker: Asker): string {
    const walk = new Walk(this.#root, text.startsWith('/') ? '/' : base);
    const ahead = text.split('/').reverse();
    for (let followed = 0; ahead.length > 0; ) {
      const target = walk.step(ahead.pop() ?? '', asker);
      // A slash behind the last name has a link followed in any case.
      if (target === undefined || (ahead.length === 0 && !last)) continue;
      if (++followed > MOST_FOLLOWED) break;
      walk.leave(target);
      ahead.push(...target.split('/').reverse());
    }
    return walk.path;
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

/** The way of one path through the tree. */
class Walk {
  readonly #names: string[] = [];
  readonly #places: (Place | undefined)[] = [];

  constructor(
    private readonly root: Place,
    base: string,
  ) {
    for (const name of namesOf(base)) this.#enter(name);
  }

  get path(): string {
    return `/${this.#names.join('/')}`;
  }

  /** Goes to the next name; gives what it points to when it is a link. */
  step(name: string, asker: Asker): string | undefined {
    if (name === '' || name === '.') return undefined;
    if (name === '..') {
      this.#names.pop();
      this.#places.pop();
      return undefined;
    }
    this.#enter(name);
    return this.#places.at(-1)?.target ?? linkInProc(this.#names, asker);
  }

  /** Goes back from a link to where its target starts. */
  leave(target: string): void {
    this.#names.length = target.startsWith('/') ? 0 : this.#names.length - 1;
    this.#places.length = this.#names.length;
  }

  #enter(name: string): void {
    const at = this.#places.length === 0 ? this.root : this.#places.at(-1);
    this.#names.push(name);
    this.#places.push(at?.below.get(name));
  }
}

/** What stands in /proc/PID that leads elsewhere. Another process is in the same container: its root is the same. */
function linkInProc(names: readonly string[], { vpid, vtid, cwd }: Asker): string | undefined {
  const [proc, process, ...rest] = names;
  if (proc !== 'proc' || process === undefined) return undefined;
  if (process === 'thread-self') return `self/task/${vtid}`;
  const isOwn = process === 'self' || Number(process) === vpid || Number(process) === vtid;
  if (rest.length === 0) return isOwn && process !== 'self' ? 'self' : undefined;
  const name = rest[0] === 'task' && rest.length === 3 ? rest[2] : rest.length === 1 ? rest[0] : undefined;
  if (name === 'root' && (isOwn || /^\d+$/.test(process))) return '/';
  return name === 'cwd' && isOwn && cwd !== '' ? cwd : undefined;
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

function weightOf(place: Place | undefined): number {
  let sum = place?.weight ?? 0;
  for (const inner of place?.below.values() ?? []) sum += weightOf(inner);
  return sum;
}
