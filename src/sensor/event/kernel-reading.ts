import type { Caller } from '../container/link-walk.js';
import type { SymbolicLinks } from '../container/links.js';
import { PART } from '../probe/layout.js';
import type { ProcessRecord } from '../probe/record.js';
import type { Process } from '../process/process.js';
import type { PathReading } from './call.js';
import { resolvePath, splitPath } from './values/path.js';

/** A path whose descriptor the kernel side has resolved. */
const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d+)/;

/**
 * Paths as the kernel resolved them. For an open, the kernel itself provides the path. Other calls leave nothing behind that could be
 * asked, so their paths are resolved through the links that were created in the container.
 */
export class KernelReading implements PathReading {
  #differs = false;

  constructor(
    private readonly record: ProcessRecord,
    private readonly process: Process,
    private readonly links: SymbolicLinks,
  ) {}

  get differs(): boolean {
    return this.#differs;
  }

  resolve(base: string | undefined, text: string, follow: boolean): string {
    const written = resolvePath(base, text);
    if (base === undefined && !text.startsWith('/')) return written;
    return this.#found(written, this.links.follow(base ?? '/', text, follow, this.#callerWith(base, text)));
  }

  opened(record: ProcessRecord): string | undefined {
    const path = record.path(PART.fdPath);
    if (path === undefined) return undefined;
    const text = record.text(PART.path1);
    const written = text === undefined ? path : resolvePath(record.path(PART.base1), text);
    return this.#found(written, ownProcess(path, this.#caller));
  }

  target(path: string, text: string): string {
    return this.#found(text, this.links.follow(splitPath(path).directory, text, true, this.#caller));
  }

  #callerWith(base: string | undefined, text: string): Caller {
    const [, num] = DESCRIPTOR.exec(text) ?? [];
    if (num === undefined || base === undefined) return this.#caller;
    return { ...this.#caller, descriptor: { num: Number(num), path: base } };
  }

  get #caller(): Caller {
    return { vpid: this.record.id('vpid'), vtid: this.record.id('vtid'), cwd: this.process.cwd };
  }

  #found(written: string, found: string): string {
    if (found !== written) this.#differs = true;
    return found;
  }
}

/** In a path from the kernel, a process' own folder in /proc has its number. Rules expect the name `self`. */
function ownProcess(path: string, { vpid, vtid }: Caller): string {
  const [, pid, rest = ''] = /^\/proc\/(\d+)(\/.*)?$/s.exec(path) ?? [];
  return pid !== undefined && [vpid, vtid].includes(Number(pid)) ? `/proc/self${rest}` : path;
}
