/** The file that makes a folder a project; which one that is, and what is right in it, its package manager knows. */
export interface Manifest {
  /** Its names, without a folder: of several in one folder the first counts. */
  readonly files: readonly [string, ...string[]];
  /** What is wrong with it, in words for the client; null when nothing is. `maxDepth`: of nested values in it. */
  faultOf(content: Buffer, maxDepth: number): string | null;
}
