/**
 * What can be wrong with an archive. `malformed`: the body is not the archive of a project; `hostile`: unpacking it would or could do harm.
 */
export const ARCHIVE_FAULTS = {
  'empty-body': 'malformed',
  'not-gzip': 'malformed',
  'corrupt-gzip': 'malformed',
  'not-tar': 'malformed',
  truncated: 'malformed',
  'no-manifest': 'malformed',
  'bad-manifest': 'malformed',
  'corrupt-entry': 'hostile',
  'absolute-path': 'hostile',
  'parent-path': 'hostile',
  'entry-name': 'hostile',
  'path-too-long': 'hostile',
  'path-too-deep': 'hostile',
  device: 'hostile',
  'link-outside': 'hostile',
  'link-target': 'hostile',
  'through-link': 'hostile',
  'conflicting-entry': 'hostile',
  'unsupported-entry': 'hostile',
  'too-many-entries': 'hostile',
  bomb: 'hostile',
} as const satisfies Record<string, 'malformed' | 'hostile'>;

export type ArchiveErrorCode = keyof typeof ARCHIVE_FAULTS;

/** The archive is rejected. `message` is written for the client: it names the entry, and no path of this host. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  /** The entry's path as in the archive, made printable; null if the error is not about an entry. */
  readonly entry: string | null;

  constructor(
    readonly code: ArchiveErrorCode,
    message: string,
    options: { readonly entry?: string; readonly cause?: unknown } = {},
  ) {
    const entry = options.entry === undefined ? null : printable(options.entry);
    super(entry === null ? message : `entry "${entry}": ${message}`, { cause: options.cause });
    this.entry = entry;
  }
}

export type BlobErrorCode = 'too-large' | 'aborted' | 'disk-full' | 'bad-key' | 'not-found';

/** The store can't accept or return a blob. `aborted`: the sender disconnected before the end of the body. */
export class BlobError extends Error {
  override readonly name = 'BlobError';

  constructor(
    readonly code: BlobErrorCode,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

const SHOWN_CHARACTERS = 200;

/** Names are chosen by an attacker: control and bidirectional characters are escaped, and long names truncated. */
export function printable(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}"\\]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
