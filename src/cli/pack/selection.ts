import { basename } from 'node:path';
import type { ProjectFiles } from './project-files.js';
import { clean, isSecretFile, mayHoldSecrets } from './secrets.js';

/** The files of a project that will be packed, with notes about them for the user. */
export class Selection {
  /** Path → content that replaces the file's own; null: unchanged. */
  readonly #files = new Map<string, string | null>();
  readonly #notes = new Set<string>();

  constructor(readonly project: ProjectFiles) {}

  /** Adds a file, or all files of a folder except secret ones; does nothing when the path does not exist. */
  add(path: string): void {
    for (const file of this.project.under(path)) {
      if (file === path || !isSecretFile(basename(file))) this.#addFile(file);
    }
  }

  addAll(paths: readonly string[]): void {
    for (const path of paths) this.add(path);
  }

  note(text: string): void {
    this.#notes.add(text);
  }

  /** Sorted by path. */
  get files(): readonly (readonly [path: string, content: string | null])[] {
    return [...this.#files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  #addFile(path: string): void {
    if (this.#files.has(path)) return;
    if (!mayHoldSecrets(basename(path))) {
      this.#files.set(path, null);
      return;
    }
    const { content, removed } = clean(basename(path), this.project.read(path));
    this.#files.set(path, removed.length === 0 ? null : content);
    if (removed.length > 0) this.note(`${path}: left out ${[...new Set(removed)].join(', ')}`);
  }
}
