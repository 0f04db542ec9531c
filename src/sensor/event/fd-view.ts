import { LAYER, PART, STRUCT_BYTES } from '../probe/layout.js';
import type { ProcessRecord } from '../probe/record.js';
import { addressText, type Endpoint, FAMILY, isVersion4 } from './values/socket.js';

/** A descriptor as the fields `fd.*` show it. */
export interface FdView {
  readonly num: number;
  /** `file`, `directory`, `ipv4`, `unix`, …: the names of libsinsp's sinsp_fdinfo. */
  readonly type: string;
  readonly typechar: string;
  readonly name: string;
  /** The name of a file as the caller wrote it. */
  readonly nameRaw?: string;
  /** Only of sockets: `tcp`, `udp`, `icmp`, `raw`, or `<NA>`. */
  readonly l4proto?: string;
  readonly local?: Endpoint;
  readonly remote?: Endpoint;
  /** Whether it listens: then the local end is the server's. */
  readonly serves?: boolean;
  /** Only for internet sockets: whether it is connected, and whether this event changed its peer. */
  readonly connected?: boolean;
  readonly renamed?: boolean;
  readonly ino?: number;
  /** In the format of stat(2). */
  readonly dev?: number;
  readonly layer?: 'upper' | 'lower';
}

/** What the kernel side recorded about a descriptor: the part PART_FD. */
export interface KernelFd {
  readonly mode: number;
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly layer: number;
  readonly ino: number;
  readonly dev: number;
  readonly fileMode: number;
}

const FORMAT = 0o170000;
const FORMATS = { socket: 0o140000, fifo: 0o010000, directory: 0o040000 } as const;
const SOCK = { stream: 1, datagram: 2, raw: 3 } as const;
/** IPPROTO_ICMP and IPPROTO_ICMPV6. */
const ECHO: readonly number[] = [1, 58];

/** Undefined when the descriptor was not open. */
export function readFd(record: ProcessRecord, tag: typeof PART.fd | typeof PART.from = PART.fd): KernelFd | undefined {
  const part = record.part(tag, STRUCT_BYTES.fd);
  if (part === undefined) return undefined;
  const family = part.readUInt16LE(2);
  const size = family === FAMILY.inet6 ? 16 : 4;
  return {
    mode: part.readUInt16LE(0),
    family,
    type: part.readUInt16LE(4),
    protocol: part.readUInt16LE(6),
    local: { ip: addressText(part.subarray(16, 16 + size)), port: part.readUInt16LE(8) },
    remote: { ip: addressText(part.subarray(32, 32 + size)), port: part.readUInt16LE(10) },
    layer: part.readUInt32LE(12),
    ino: Number(part.readBigUInt64LE(48)),
    dev: statDevice(part.readUInt32LE(56)),
    fileMode: part.readUInt32LE(60),
  };
}

/** The kernel stores 12 bits of major and 20 bits of minor number in this order (MKDEV); stat(2) uses another one (new_encode_dev). */
function statDevice(dev: number): number {
  const minor = dev & 0xfffff;
  return ((minor & 0xff) | ((dev >>> 20) << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** Whether a descriptor is an IPv4 or IPv6 socket. */
export function isInternet(fd: KernelFd): boolean {
  return fd.family === FAMILY.inet || fd.family === FAMILY.inet6;
}

/** A socket. `remote` is used when the kernel knows no peer (a failed connect, an unconnected datagram). */
export function viewSocket(num: number, fd: KernelFd, remote: Endpoint | undefined): FdView {
  if (!isInternet(fd)) return { num, ...socketKind(fd), name: '', l4proto: '<NA>', ino: fd.ino };
  const peer = fd.remote.port === 0 && remote !== undefined ? remote : fd.remote;
  const version = isVersion4(peer.ip) ? '4' : '6';
  const l4proto = protocolName(fd);
  const local = version === '4' && fd.local.ip === '::' ? { ...fd.local, ip: '0.0.0.0' } : fd.local;
  const name = `${endpointText(local)}->${endpointText(peer)}`;
  return { num, type: `ipv${version}`, typechar: version, name, l4proto, local, remote: peer, ino: fd.ino };
}

/** A socket that listens, or is bound to an address. */
export function viewServer(num: number, fd: KernelFd): FdView {
  if (!isInternet(fd)) return viewSocket(num, fd, undefined);
  const version = isVersion4(fd.local.ip) ? '4' : '6';
  return {
    num,
    type: `ipv${version}`,
    typechar: version,
    name: endpointText(fd.local),
    l4proto: protocolName(fd),
    local: fd.local,
    serves: true,
    ino: fd.ino,
  };
}

/** Any descriptor; undefined if the record contains none. Calls that copy have two: `from` is the source. */
export function viewFd(num: number, record: ProcessRecord, which: 'only' | 'from' = 'only'): FdView | undefined {
  const [tag, pathTag] = which === 'from' ? [PART.from, PART.fromPath] : [PART.fd, PART.fdPath];
  const fd = readFd(record, tag);
  if (fd === undefined) return undefined;
  const format = fd.mode & FORMAT;
  if (format === FORMATS.socket) {
    return isInternet(fd) && fd.remote.port === 0 ? viewServer(num, fd) : viewSocket(num, fd, undefined);
  }
  if (format === FORMATS.fifo) return { num, type: 'pipe', typechar: 'p', name: '', ino: fd.ino };
  return viewFile(num, record.path(pathTag) ?? '', fd, format === FORMATS.directory);
}

/** A file or folder. `fd` is undefined if it could not be opened. */
export function viewFile(num: number, path: string, fd: KernelFd | undefined, isDirectory: boolean): FdView {
  const kind = isDirectory ? { type: 'directory', typechar: 'd' } : { type: 'file', typechar: 'f' };
  if (fd === undefined) return { num, ...kind, name: path };
  const layer = layerName(fd.layer);
  return { num, ...kind, name: path, ino: fd.ino, dev: fd.dev, ...(layer !== undefined && { layer }) };
}

function layerName(layer: number): 'upper' | 'lower' | undefined {
  if (layer === LAYER.upper) return 'upper';
  return layer === LAYER.lower ? 'lower' : undefined;
}

function socketKind(fd: KernelFd): { readonly type: string; readonly typechar: string } {
  if (fd.family === FAMILY.unix) return { type: 'unix', typechar: 'u' };
  if (fd.family === FAMILY.netlink) return { type: 'netlink', typechar: 'n' };
  return { type: 'unknown', typechar: '?' };
}

function protocolName(fd: KernelFd): string {
  if (fd.type === SOCK.stream) return 'tcp';
  if (fd.type === SOCK.datagram) return ECHO.includes(fd.protocol) ? 'icmp' : 'udp';
  return fd.type === SOCK.raw ? 'raw' : '<NA>';
}

/** In Falco's format, also for IPv6: `:::8123`. */
export function endpointText({ ip, port }: Endpoint): string {
  return `${ip}:${port}`;
}

/** In the format of `evt.args`: `<4t>127.0.0.1:35598->127.0.0.1:9`, `<f>/dev/null`, `<u>`. */
export function fdText(view: FdView): string {
  const protocol = view.l4proto === 'tcp' ? 't' : view.l4proto === 'udp' ? 'u' : '';
  return `<${view.typechar}${protocol}>${view.name}`;
}
