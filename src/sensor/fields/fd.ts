import type { EventDetails } from '../event/details.js';
import type { SensorEvent } from '../event/event.js';
import type { FdView } from '../event/fd-view.js';
import { splitPath } from '../event/values/path.js';
import type { Endpoint } from '../event/values/socket.js';
import { type FieldMaker, plain } from './table.js';

type Value = string | number | boolean | undefined;

function of(read: (fd: FdView) => Value): FieldMaker {
  return plain(3, ({ details }) => (details.fd === undefined ? undefined : read(details.fd)));
}

/** The server's end: the remote end of a connection, or the local end of a listening socket. */
function server(fd: FdView): Endpoint | undefined {
  return fd.serves === true ? fd.local : fd.remote;
}

function client(fd: FdView): Endpoint | undefined {
  return fd.serves === true ? undefined : fd.local;
}

/** `fd.ip`, `fd.port`, `fd.net` match either end. */
function ends<T extends string | number>(read: (end: Endpoint) => T): FieldMaker {
  return plain(3, ({ details }) => {
    const { fd } = details;
    if (fd === undefined) return undefined;
    const found = [client(fd), server(fd)].filter((end) => end !== undefined).map(read);
    return found.length === 0 ? undefined : (found as string[]);
  });
}

/** The folder or the file name of a path; undefined for descriptors without a path. */
function inPath(part: 'directory' | 'filename'): FieldMaker {
  return of((fd) => {
    if (fd.typechar !== 'f' && fd.typechar !== 'd') return undefined;
    return part === 'directory' && fd.typechar === 'd' ? fd.name : splitPath(fd.name)[part];
  });
}

const FAMILIES: Readonly<Record<string, string>> = { '4': 'ip', '6': 'ip', u: 'unix' };
/** The numbers of makedev(3), for devices below 2^32. */
const majorOf = (dev: number): number => (dev >>> 8) & 0xfff;
const minorOf = (dev: number): number => (dev & 0xff) | ((dev >>> 12) & 0xfff00);

function path(read: (details: EventDetails) => string | undefined): FieldMaker {
  return plain(3, ({ details }: SensorEvent) => read(details));
}

/** The fields `fd.*` and `fs.path.*` that this sensor fills. */
export const FD_FIELDS: Readonly<Record<string, FieldMaker>> = {
  'fd.num': of((fd) => fd.num),
  'fd.type': of((fd) => fd.type),
  'fd.typechar': of((fd) => fd.typechar),
  'fd.name': of((fd) => fd.name),
  'fd.nameraw': of((fd) => fd.nameRaw ?? fd.name),
  'fd.directory': inPath('directory'),
  'fd.filename': inPath('filename'),
  'fd.types': plain(3, ({ details }) => (details.fd === undefined ? undefined : [details.fd.type])),
  'fd.ip': ends((end) => end.ip),
  'fd.net': ends((end) => end.ip),
  'fd.port': ends((end) => end.port),
  'fd.cip': of((fd) => client(fd)?.ip),
  'fd.cnet': of((fd) => client(fd)?.ip),
  'fd.cport': of((fd) => client(fd)?.port),
  'fd.sip': of((fd) => server(fd)?.ip),
  'fd.snet': of((fd) => server(fd)?.ip),
  'fd.sport': of((fd) => server(fd)?.port),
  'fd.lip': of((fd) => fd.local?.ip),
  'fd.lnet': of((fd) => fd.local?.ip),
  'fd.lport': of((fd) => fd.local?.port),
  'fd.rip': of((fd) => fd.remote?.ip),
  'fd.rnet': of((fd) => fd.remote?.ip),
  'fd.rport': of((fd) => fd.remote?.port),
  'fd.l4proto': of((fd) => fd.l4proto),
  'fd.sockfamily': of((fd) => FAMILIES[fd.typechar]),
  'fd.is_server': of((fd) => fd.serves === true),
  'fd.connected': of((fd) => fd.connected),
  'fd.name_changed': of((fd) => fd.renamed),
  'fd.ino': of((fd) => fd.ino),
  'fd.dev': of((fd) => fd.dev),
  'fd.dev.major': of((fd) => (fd.dev === undefined ? undefined : majorOf(fd.dev))),
  'fd.dev.minor': of((fd) => (fd.dev === undefined ? undefined : minorOf(fd.dev))),
  'fd.is_upper_layer': of((fd) => fd.layer === 'upper'),
  'fd.is_lower_layer': of((fd) => fd.layer === 'lower'),
  'fs.path.name': path((details) => details.path),
  'fs.path.nameraw': path((details) => details.raw?.path ?? details.path),
  'fs.path.source': path((details) => details.source),
  'fs.path.sourceraw': path((details) => details.raw?.source ?? details.source),
  'fs.path.target': path((details) => details.target),
  'fs.path.targetraw': path((details) => details.raw?.target ?? details.target),
};
