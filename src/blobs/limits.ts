/** What an archive may hold at most. */
export interface ArchiveLimits {
  /** Bytes of the tar stream. */
  readonly unpackedBytes: number;
  /** Unpacked bytes per byte received; it counts from `ratioFloorBytes` unpacked bytes on, so that small projects of equal files pass. */
  readonly ratio: number;
  readonly ratioFloorBytes: number;
  /** Files and folders, those that paths only imply too; and headers of entries. */
  readonly entries: number;
  /** Bytes of an entry's path, and of a link's target. */
  readonly pathBytes: number;
  /** Folders in a path. */
  readonly depth: number;
  readonly manifestBytes: number;
  /** Nested arrays and objects in the manifest. */
  readonly manifestDepth: number;
  /** Bodies up to this many bytes are read in one go; larger ones as they come. */
  readonly smallBytes: number;
}

/** Ratio and unpacked size are those of guarddog, which scans packages for the same purpose. */
export const DEFAULT_ARCHIVE_LIMITS: ArchiveLimits = {
  unpackedBytes: 2 * 1024 ** 3,
  ratio: 100,
  ratioFloorBytes: 32 * 1024 ** 2,
  // A whole checkout of GitLab has 100,000. In the sandbox's memory each takes a page, so these take 1.2 GB of 2.5.
  entries: 300_000,
  pathBytes: 1024,
  depth: 128,
  manifestBytes: 5 * 1024 ** 2,
  manifestDepth: 100,
  smallBytes: 64 * 1024,
};
