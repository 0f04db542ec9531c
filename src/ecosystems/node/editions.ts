/** The container's PATH, as in `image/Dockerfile`. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The image's folder with the programs of an edition that is not on the default PATH. */
export function editionFolder(edition: string): string {
  return `/usr/local/lib/editions/${edition}`;
}

/** Puts an edition first on PATH, so that scripts call the edition that installed the project. */
export function editionPath(edition: string): string {
  return `PATH=${editionFolder(edition)}:${PATH}`;
}
