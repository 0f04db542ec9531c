/** The file that makes a folder a project. Its package manager defines its names and its validity. */
export interface Manifest {
  /** Its possible names; if a folder contains several, the first counts. */
  readonly files: readonly [string, ...string[]];
  /** What is wrong with it, in words for the client; null if it is valid. `maxDepth`: limit for nested values. */
  faultOf(content: Buffer, maxDepth: number): string | null;
}
