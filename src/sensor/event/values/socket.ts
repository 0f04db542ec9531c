import { isIPv4 } from 'node:net';
import { textOfBytes } from '../../../rules/index.js';

/** One end of a connection, with the address in text form. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** The content of a `struct sockaddr`. */
export type SocketAddress =
  | ({ readonly kind: 'ip' } & Endpoint)
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'other' };

/** The numbers of Linux (include/linux/socket.h). */
export const FAMILY = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17 } as const;

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** The text of an IPv4 (4 bytes) or IPv6 (16 bytes) address; an IPv4-mapped IPv6 address is shown as IPv4, as in Falco. */
export function addressText(bytes: Buffer): string {
  if (bytes.length < 16) return bytes.subarray(0, 4).join('.');
  if (isMapped(bytes)) return bytes.subarray(12, 16).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return compress(groups);
}

function isMapped(bytes: Buffer): boolean {
  return bytes.readUInt16BE(10) === 0xffff && bytes.subarray(0, 10).every((byte) => byte === 0);
}

/** The longest run of zero groups becomes `::` (RFC 5952). */
function compress(groups: readonly string[]): string {
  let best = { at: 0, size: 0 };
  let at = 0;
  while (at < groups.length) {
    let size = 0;
    while (groups[at + size] === '0') size++;
    if (size > best.size) best = { at, size };
    at += size + 1;
  }
  if (best.size < 2) return groups.join(':');
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.size).join(':')}`;
}

/** Parses an address as passed by the caller; undefined if it is too short. */
export function readAddress(bytes: Buffer): SocketAddress | undefined {
  if (bytes.length < 2) return undefined;
  const family = bytes.readUInt16LE(0);
  if (family === FAMILY.inet && bytes.length >= 8) {
    return { kind: 'ip', port: bytes.readUInt16BE(2), ip: addressText(bytes.subarray(4, 8)) };
  }
  if (family === FAMILY.inet6 && bytes.length >= 24) {
    return { kind: 'ip', port: bytes.readUInt16BE(2), ip: addressText(bytes.subarray(8, 24)) };
  }
  if (family === FAMILY.unix) return { kind: 'unix', path: unixPath(bytes.subarray(2)) };
  return { kind: 'other' };
}

/** An abstract name starts with a NUL; Falco shows what follows it. */
function unixPath(bytes: Buffer): string {
  const name = bytes[0] === 0 ? bytes.subarray(1) : bytes;
  const end = name.indexOf(0);
  return textOfBytes(end === -1 ? name : name.subarray(0, end));
}

/** Whether an address is IPv4, including IPv4-mapped IPv6 addresses. */
export function isVersion4(ip: string): boolean {
  return isIPv4(ip) || MAPPED.test(ip);
}
