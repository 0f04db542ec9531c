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
 * Folders that never are a project: hidden ones, and those that macOS (in archives of its Finder) and Synology's disks put beside
 * what somebody packs. `image/opt/find-root.mjs` has the same list.
 */
const NO_PROJECT = /^(?:\..*|node_modules|__MACOSX|@eaDir)$/;

/**
 * Finds the project's manifest among the entries: at the root, or in the single folder at the root (what `npm pack` writes),
 * and beside it the baseline of its owners. Files beside that folder do not matter: macOS's `._package`, for example. Holds at most
 * two files of each name in memory.
 */
export class ManifestFinder {
  readonly #root = new Map<string, Candidate>();
  readonly #nested = new Map<string, Candidate>();
  #reading: Candidate | undefined;
  #folder: string | undefined;
  #single = true;
  /** A folder with a manifest that is not taken, for the reason. */
  #elsewhere: string | undefined;

  constructor(
    private readonly manifest: Manifest,
    private readonly limits: ArchiveLimits,
  ) {}

  /** Takes an entry with its path in parts; true when its body is wanted. @throws ArchiveError `bad-manifest` */
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
    // A copy: the chunk is a view of a larger buffer, which would be kept as a whole.
    this.#reading?.chunks.push(Buffer.from(chunk));
  }

  /**
   * The archive is over. @returns the baseline beside the manifest, null where there is none
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
    if (found.entry.kind !== 'file') {
      throw new ArchiveError('bad-manifest', `a ${found.entry.kind}, not a file`, { entry: found.entry.path });
    }
    const fault = this.manifest.faultOf(Buffer.concat(found.chunks), this.limits.manifestDepth);
    if (fault !== null) throw new ArchiveError('bad-manifest', fault);
    return baselineOf(folder.get(BASELINE_FILE));
  }

  #first(candidates: ReadonlyMap<string, Candidate>): Candidate | undefined {
    return this.manifest.files.map((name) => candidates.get(name)).find((found) => found !== undefined);
  }
}

function baselineOf(found: Candidate | undefined): ProjectText | null {
  if (found === undefined) return null;
  const { kind, size } = found.entry;
  if (kind !== 'file') return { problem: `it is a ${kind}, not a file` };
  if (size > MAX_BASELINE_BYTES) return { problem: `it is larger than ${MAX_BASELINE_BYTES} bytes` };
  return projectText(Buffer.concat(found.chunks));
}
