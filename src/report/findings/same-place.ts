/** A place without what is another one each time: a process's number, a name in a temporary folder, the port that a process asked from. */
export function samePlace(place: string): string {
  return place
    .replace(/^\/proc\/\d+/, '/proc/N')
    .replace(/^\/tmp\/.*/, '/tmp')
    .replace(/^[0-9a-f.:]+:\d+->/, '->');
}
