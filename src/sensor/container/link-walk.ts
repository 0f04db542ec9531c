/** Who asks, as /proc calls it: its own folder there is `/proc/self`. */
export interface Asker {
  readonly vpid: number;
  readonly vtid: number;
  /** Its working directory; empty when not known. */
  readonly cwd: string;
  /** What is known of its open descriptors: the path of one, by its number. */
  readonly descriptor?: { readonly num: number; readonly path: string };
}

/** What a symbolic link of the image points to; undefined for what is none. The path leads through no other link. */
export type ImageLink = (path: string) => string | undefined;

/** A name in the tree of links: what it points to, and what is known below it. Only what leads to a link has one. */
export interface Place {
  target?: string;
  /** What it takes to remember this link, in bytes; 0 for what is none. */
  readonly weight: number;
  readonly below: Map<string, Place>;
}

/** The kernel gives up after as many (MAXSYMLINKS in include/linux/namei.h). */
const MOST_FOLLOWED = 40;
/** A path to follow, and what through. */
interface Way {
  readonly root: Place;
  readonly base: string;
  readonly text: string;
  /** A link in the last place is followed. */
  readonly last: boolean;
  readonly asker: Asker;
  readonly imageLink: ImageLink;
}

/** Where a path leads (path_resolution(7)). */
export function followLinks({ root, base, text, last, asker, imageLink }: Way): string {
  const walk = new Walk(root, text.startsWith('/') ? '/' : base);
  const ahead = new NamesAhead(text);
  let followed = 0;
  for (let name = ahead.next(); name !== undefined; name = ahead.next()) {
    const target = walk.step(name, asker) ?? (ahead.leadsUp ? imageLink(walk.path) : undefined);
    // A slash behind the last name has a link followed in any case.
    if (target === undefined || (ahead.isAtEnd && !last)) continue;
    if (++followed > MOST_FOLLOWED) break;
    walk.leave(target);
    ahead.insert(target);
  }
  return walk.path;
}

/** The names that a path has still to go through, the next one last. */
class NamesAhead {
  readonly #names: string[] = [];
  #ups = 0;

  constructor(text: string) {
    this.insert(text);
  }

  get isAtEnd(): boolean {
    return this.#names.length === 0;
  }

  /** There is a `..` among them. */
  get leadsUp(): boolean {
    return this.#ups > 0;
  }

  insert(text: string): void {
    for (const name of text.split('/').reverse()) {
      if (name === '..') this.#ups++;
      this.#names.push(name);
    }
  }

  next(): string | undefined {
    const name = this.#names.pop();
    if (name === '..') this.#ups--;
    return name;
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
function linkInProc(names: readonly string[], { vpid, vtid, cwd, descriptor }: Asker): string | undefined {
  const [proc, process, ...rest] = names;
  if (proc !== 'proc' || process === undefined) return undefined;
  if (process === 'thread-self') return `self/task/${vtid}`;
  const isOwn = process === 'self' || Number(process) === vpid || Number(process) === vtid;
  if (rest.length === 0) return isOwn && process !== 'self' ? 'self' : undefined;
  const [name, num, ...more] = rest[0] === 'task' ? rest.slice(2) : rest;
  if (name === 'fd' && isOwn && more.length === 0 && num === String(descriptor?.num)) return descriptor?.path;
  if (num !== undefined) return undefined;
  if (name === 'root' && (isOwn || /^\d+$/.test(process))) return '/';
  return name === 'cwd' && isOwn && cwd !== '' ? cwd : undefined;
}

/** The names of a path, the first one first. */
export function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
