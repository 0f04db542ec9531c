/** Limits for an archive. */
export interface ArchiveLimits {
  /** Bytes of the tar stream. */
  readonly unpackedBytes: number;
  /**
   * Unpacked bytes per received byte; only applied beyond `ratioFloorBytes` unpacked bytes, so that small projects with similar files pass.
   */
  readonly ratio: number;
  readonly ratioFloorBytes: number;
  /** Files and folders, including those only implied by paths; also limits the number of headers. */
  readonly entries: number;
  /** Bytes of an entry's path, and of a link's target. */
  readonly pathBytes: number;
  /** Folders in a path. */
  readonly depth: number;
  readonly manifestBytes: number;
  /** Nesting depth of arrays and objects in the manifest. */
  readonly manifestDepth: number;
  /** Bodies up to this size are unpacked in one go; larger ones as they are received. */
  readonly smallBytes: number;
}

/** Ratio and unpacked size are those of guarddog, which scans packages for the same purpose. */
export const DEFAULT_ARCHIVE_LIMITS: ArchiveLimits = {
  unpackedBytes: 2 * 1024 ** 3,
  ratio: 100,
  ratioFloorBytes: 32 * 1024 ** 2,
  // A complete checkout of GitLab has 100,000. In the sandbox's memory each takes a page, so this many take 1.2 GB of 2.5.
  entries: 300_000,
  pathBytes: 1024,
  depth: 128,
  manifestBytes: 5 * 1024 ** 2,
  manifestDepth: 100,
  smallBytes: 64 * 1024,
};
