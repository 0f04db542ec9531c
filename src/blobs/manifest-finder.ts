import { ArchiveError, printable } from './errors.js';
import type { ArchiveLimits } from './limits.js';
import type { Manifest } from './manifest.js';
import { BASELINE_FILE, MAX_BASELINE_BYTES, type ProjectText, projectText } from './project-text.js';
import type { TarEntry } from './tar-entry.js';

interface Candidate {
  readonly entry: TarEntry;
  readonly chunks: Buffer[];
}

/**
 * Folders that are never a project: hidden ones, and those that macOS (in the Finder's archives) and Synology's disks add to what is
 * packed. `image/opt/find-root.mjs` has the same list.
 */
const NO_PROJECT = /^(?:\..*|node_modules|__MACOSX|@eaDir)$/;

/**
 * Finds the project's manifest among the entries: at the root, or in the single folder at the root (as `npm pack` writes it), and next to
 * it the owners' baseline. Files next to that folder are ignored, for example macOS's `._package`. Keeps at most two files of each name in
 * memory.
 */
export class ManifestFinder {
  readonly #root = new Map<string, Candidate>();
  readonly #nested = new Map<string, Candidate>();
  #reading: Candidate | undefined;
  #folder: string | undefined;
  #single = true;
  /** Another folder with a manifest, for the error message. */
  #elsewhere: string | undefined;

  constructor(
    private readonly manifest: Manifest,
    private readonly limits: ArchiveLimits,
  ) {}

  /** Checks an entry, given the parts of its path; true if its body is needed. @throws ArchiveError `bad-manifest` */
  entry(entry: TarEntry, parts: readonly string[]): boolean {
    const [top] = parts;
    if (top === undefined) return false;
    const isInFolder = parts.length > 1 || entry.kind === 'directory';
    if (isInFolder && !NO_PROJECT.test(top)) {
      this.#folder ??= top;
      if (top !== this.#folder) this.#single = false;
    }
    const name = parts.at(-1) ?? '';
    const isManifest = this.manifest.files.includes(name);
    if (!isManifest && name !== BASELINE_FILE) return false;
    const folders = parts.slice(0, -1);
    if (isManifest && !folders.some((folder) => NO_PROJECT.test(folder)))
      this.#elsewhere ??= printable(folders.join('/'));
    if (parts.length > 2 || (parts.length === 2 && !(this.#single && top === this.#folder))) return false;
    if (isManifest && entry.size > this.limits.manifestBytes) {
      throw new ArchiveError('bad-manifest', `larger than ${this.limits.manifestBytes} bytes`, { entry: entry.path });
    }
    const found = { entry, chunks: [] };
    (parts.length === 1 ? this.#root : this.#nested).set(name, found);
    if (!isManifest && entry.size > MAX_BASELINE_BYTES) return false;
    this.#reading = found;
    return true;
  }

  body(chunk: Buffer): void {
    // Copy the chunk: it is a view of a larger buffer, which would be kept in memory as a whole.
    this.#reading?.chunks.push(Buffer.from(chunk));
  }

  /**
   * Must be called at the end of the archive. @returns the baseline next to the manifest, null if there is none
   *
   * @throws ArchiveError `no-manifest`, `bad-manifest`
   */
  finish(): ProjectText | null {
    const folder = this.#first(this.#root) === undefined && this.#single ? this.#nested : this.#root;
    const found = this.#first(folder);
    if (found === undefined) {
      const wanted = this.manifest.files.join(' or ');
      const reason = `no ${wanted} at the root of the archive, nor in the single folder at its root`;
      const hint = this.#elsewhere === undefined ? '' : `; there is one in "${this.#elsewhere}": pack that folder`;
      throw new ArchiveError('no-manifest', `${reason}${hint}`);
    }
    const kind = kindOf(found.entry);
    if (kind !== 'file') {
      throw new ArchiveError('bad-manifest', `a ${kind}, not a file`, { entry: found.entry.path });
    }
    const fault = this.manifest.faultOf(Buffer.concat(found.chunks), this.limits.manifestDepth);
    if (fault !== null) throw new ArchiveError('bad-manifest', fault);
    return baselineOf(folder.get(BASELINE_FILE));
  }

  #first(candidates: ReadonlyMap<string, Candidate>): Candidate | undefined {
    return this.manifest.files.map((name) => candidates.get(name)).find((found) => found !== undefined);
  }
}

/** The body of a sparse file is not its content. */
function kindOf({ kind, realSize }: TarEntry): string {
  return realSize === undefined ? kind : 'sparse file';
}

function baselineOf(found: Candidate | undefined): ProjectText | null {
  if (found === undefined) return null;
  const { size } = found.entry;
  const kind = kindOf(found.entry);
  if (kind !== 'file') return { problem: `it is a ${kind}, not a file` };
  if (size > MAX_BASELINE_BYTES) return { problem: `it is larger than ${MAX_BASELINE_BYTES} bytes` };
  return projectText(Buffer.concat(found.chunks));
}
