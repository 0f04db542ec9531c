/** The container's own, as `image/Dockerfile` has it. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The folder in the image with the programs of an edition that is not the one which stands on PATH. */
export function editionFolder(edition: string): string {
  return `/usr/local/lib/editions/${edition}`;
}

/** Puts an edition before the programs of the same name: what a script calls is what installed the project. */
export function editionPath(edition: string): string {
  return `PATH=${editionFolder(edition)}:${PATH}`;
}
