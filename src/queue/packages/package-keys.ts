/** Redis keys for packages. Names of owners and packages are untrusted input, so they are JSON-encoded. */
const PREFIX = 'packwarden:packages';

export const PACKAGE_KEYS = {
  /**
   * Sorted set: the jobs of a submitter (undefined: of everybody) in which a package was, each with its version behind it, by the
   * time of their submission.
   */
  runs: (name: string, owner: string | null | undefined) =>
    owner === undefined
      ? `${PREFIX}:runs:all:${JSON.stringify(name)}`
      : `${PREFIX}:runs:of:${JSON.stringify([owner, name])}`,
  /** Hash: the packages of a job that did something, each with what it did, as JSON. */
  actions: (job: string) => `${PREFIX}:actions:${job}`,
} as const;
