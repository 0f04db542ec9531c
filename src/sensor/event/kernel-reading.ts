import { PART } from '../probe/layout.js';
import type { ProcessRecord } from '../probe/record.js';
import type { PathReading } from './call.js';
import { resolvePath } from './path.js';

/** Paths as the kernel followed them; it remembers whether one of them is another than the caller's. */
export class KernelReading implements PathReading {
  #differs = false;

  constructor(private readonly record: ProcessRecord) {}

  get differs(): boolean {
    return this.#differs;
  }

  resolve(base: string | undefined, text: string): string {
    return resolvePath(base, text);
  }

  opened(record: ProcessRecord): string | undefined {
    const path = record.path(PART.fdPath);
    if (path === undefined) return undefined;
    const text = record.text(PART.path1);
    return this.#found(text === undefined ? path : resolvePath(record.path(PART.base1), text), path);
  }

  #found(written: string, path: string): string {
    const found = ownProcess(path, this.record);
    if (found !== written) this.#differs = true;
    return found;
  }
}

/** Its own folder in /proc is called by number there, however it was asked for; rules know it by the name `self`. */
function ownProcess(path: string, record: ProcessRecord): string {
  const [, pid, rest = ''] = /^\/proc\/(\d+)(\/.*)?$/s.exec(path) ?? [];
  const isOwn = pid !== undefined && [record.id('vpid'), record.id('vtid')].includes(Number(pid));
  return isOwn ? `/proc/self${rest}` : path;
}
