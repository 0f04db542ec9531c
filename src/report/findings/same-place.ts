/** An address of the machine itself or of all its networks, with a port that the kernel chose (Linux: 32768 to 60999). */
const OF_THE_KERNEL = /^(127\.[\d.]+|0\.0\.0\.0|::1?|::ffff:127\.[\d.]+|\[::1?\]):(\d+)$/;
const [FIRST_CHOSEN, LAST_CHOSEN] = [32_768, 60_999];

/**
 * A place without what is another one each time: a process's number, a name in a temporary folder, the port that a process asked from,
 * or listens on where it did not ask for one.
 */
export function samePlace(place: string): string {
  const [, address, port] = OF_THE_KERNEL.exec(place) ?? [];
  if (address !== undefined && Number(port) >= FIRST_CHOSEN && Number(port) <= LAST_CHOSEN) return `${address}:any`;
  return place
    .replace(/^\/proc\/\d+/, '/proc/N')
    .replace(/^\/tmp\/.*/, '/tmp')
    .replace(/^[0-9a-f.:]+:\d+->/, '->');
}
