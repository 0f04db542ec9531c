/** The process that resolves a path, with the ids that /proc uses: its own folder there is `/proc/self`. */
export interface Caller {
  readonly vpid: number;
  readonly vtid: number;
  /** Its working directory; empty if unknown. */
  readonly cwd: string;
  /** The number and path of an open descriptor, if known. */
  readonly descriptor?: { readonly num: number; readonly path: string };
}

/** The target of a symbolic link of the image; undefined if the path is not a link. The path itself must not lead through another link. */
export type ImageLink = (path: string) => string | undefined;

/**
 * A name in the tree of known links: its target if it is a link, and the names below it. Only names on the way to a link are in the tree.
 */
export interface LinkNode {
  target?: string;
  /** Memory used for this link, in bytes; 0 if it is not a link. */
  readonly weight: number;
  readonly below: Map<string, LinkNode>;
}

/** The kernel stops after this many links (MAXSYMLINKS in include/linux/namei.h). */
const MAX_LINKS = 40;
/** A path to resolve, and everything needed to resolve it. */
interface PathToFollow {
  readonly root: LinkNode;
  readonly base: string;
  readonly text: string;
  /** Whether a link in the last position is followed. */
  readonly last: boolean;
  readonly caller: Caller;
  readonly imageLink: ImageLink;
}

/** Resolves a path as described in path_resolution(7). */
export function followLinks({ root, base, text, last, caller, imageLink }: PathToFollow): string {
  const walk = new Walk(root, text.startsWith('/') ? '/' : base);
  const ahead = new NamesAhead(text);
  let followed = 0;
  for (let name = ahead.next(); name !== undefined; name = ahead.next()) {
    const target = walk.step(name, caller) ?? (ahead.leadsUp ? imageLink(walk.path) : undefined);
    // With a trailing slash the last name is not the end of the path, so a link there is followed in any case.
    if (target === undefined || (ahead.isAtEnd && !last)) continue;
    if (++followed > MAX_LINKS) break;
    walk.leave(target);
    ahead.insert(target);
  }
  return walk.path;
}

/** The names of a path that are still to be resolved, as a stack: the next one is last. */
class NamesAhead {
  readonly #names: string[] = [];
  #ups = 0;

  constructor(text: string) {
    this.insert(text);
  }

  get isAtEnd(): boolean {
    return this.#names.length === 0;
  }

  /** Whether one of them is `..`. */
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

/** The current position while a path is resolved. */
class Walk {
  readonly #names: string[] = [];
  readonly #nodes: (LinkNode | undefined)[] = [];

  constructor(
    private readonly root: LinkNode,
    base: string,
  ) {
    for (const name of namesOf(base)) this.#enter(name);
  }

  get path(): string {
    return `/${this.#names.join('/')}`;
  }

  /** Goes to the next name. Returns its target if it is a link. */
  step(name: string, caller: Caller): string | undefined {
    if (name === '' || name === '.') return undefined;
    if (name === '..') {
      this.#names.pop();
      this.#nodes.pop();
      return undefined;
    }
    this.#enter(name);
    return this.#nodes.at(-1)?.target ?? linkInProc(this.#names, caller);
  }

  /** Goes back from a link to the folder that its target is resolved against. */
  leave(target: string): void {
    this.#names.length = target.startsWith('/') ? 0 : this.#names.length - 1;
    this.#nodes.length = this.#names.length;
  }

  #enter(name: string): void {
    const at = this.#nodes.length === 0 ? this.root : this.#nodes.at(-1);
    this.#names.push(name);
    this.#nodes.push(at?.below.get(name));
  }
}

/** Links inside /proc/PID. Every process visible there is in the same container, so all have the same root. */
function linkInProc(names: readonly string[], { vpid, vtid, cwd, descriptor }: Caller): string | undefined {
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

/** The names of a path in order. */
export function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
