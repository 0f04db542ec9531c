/** A loopback or wildcard address with a port that the kernel chose (Linux: 32768 to 60999). */
const OF_THE_KERNEL = /^(127\.[\d.]+|0\.0\.0\.0|::1?|::ffff:127\.[\d.]+|\[::1?\]):(\d+)$/;
const [FIRST_CHOSEN, LAST_CHOSEN] = [32_768, 60_999];

/**
 * A place without the parts that differ in each run: the number of a process, a name in a temporary folder, the local port of a
 * connection, and the port that a process listens on if the kernel chose it.
 */
export function samePlace(place: string): string {
  const [, address, port] = OF_THE_KERNEL.exec(place) ?? [];
  if (address !== undefined && Number(port) >= FIRST_CHOSEN && Number(port) <= LAST_CHOSEN) return `${address}:any`;
  return place
    .replace(/^\/proc\/\d+/, '/proc/N')
    .replace(/^\/tmp\/.*/, '/tmp')
    .replace(/^[0-9a-f.:]+:\d+->/, '->');
}
