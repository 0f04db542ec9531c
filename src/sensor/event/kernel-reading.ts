import type { Asker } from '../container/link-walk.js';
import type { SymbolicLinks } from '../container/links.js';
import { PART } from '../probe/layout.js';
import type { ProcessRecord } from '../probe/record.js';
import type { Process } from '../process/process.js';
import type { PathReading } from './call.js';
import { resolvePath, splitPath } from './path.js';

/** A path that the kernel side knows the descriptor of. */
const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d+)/;

/**
 * Paths as the kernel followed them. What an open led to, the kernel itself says. Other calls leave nothing behind that
 * could be asked: their paths are followed through the links that were made in the container.
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
    return this.#found(written, this.links.follow(base ?? '/', text, follow, this.#askerWith(base, text)));
  }

  opened(record: ProcessRecord): string | undefined {
    const path = record.path(PART.fdPath);
    if (path === undefined) return undefined;
    const text = record.text(PART.path1);
    const written = text === undefined ? path : resolvePath(record.path(PART.base1), text);
    return this.#found(written, ownProcess(path, this.#asker));
  }

  target(path: string, text: string): string {
    return this.#found(text, this.links.follow(splitPath(path).directory, text, true, this.#asker));
  }

  #askerWith(base: string | undefined, text: string): Asker {
    const [, num] = DESCRIPTOR.exec(text) ?? [];
    if (num === undefined || base === undefined) return this.#asker;
    return { ...this.#asker, descriptor: { num: Number(num), path: base } };
  }

  get #asker(): Asker {
    return { vpid: this.record.id('vpid'), vtid: this.record.id('vtid'), cwd: this.process.cwd };
  }

  #found(written: string, found: string): string {
    if (found !== written) this.#differs = true;
    return found;
  }
}

/** Its own folder in /proc is called by number there, however it was asked for; rules know it by the name `self`. */
function ownProcess(path: string, { vpid, vtid }: Asker): string {
  const [, pid, rest = ''] = /^\/proc\/(\d+)(\/.*)?$/s.exec(path) ?? [];
  return pid !== undefined && [vpid, vtid].includes(Number(pid)) ? `/proc/self${rest}` : path;
}
