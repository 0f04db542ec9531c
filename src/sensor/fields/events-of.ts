import { FILE_EVENTS } from '../event/calls/file-events.js';
import { OPEN_EVENTS } from '../event/calls/open-events.js';
import { SOCKET_EVENTS } from '../event/calls/socket-events.js';

const OPENS = Object.keys(OPEN_EVENTS);
const SOCKETS = Object.keys(SOCKET_EVENTS);
const FILES = Object.keys(FILE_EVENTS);
/** Calls that copy from one descriptor to another. */
const COPIES = ['sendfile', 'splice', 'copy_file_range'];
/** Calls on a descriptor that are neither opens nor socket calls. */
const DESCRIPTORS = ['fchdir', 'fchmod', 'fchown', 'ftruncate', 'finit_module', 'setns', ...COPIES];
/** Calls that name two files. */
const TWO_PATHS = FILES.filter((type) => /^(rename|link|symlink|pivot_root|mount)/.test(type));
const ONE_PATH = [...OPENS, ...FILES.filter((type) => !TWO_PATHS.includes(type) && !COPIES.includes(type))];

/** Fields that only the descriptors of internet sockets have. */
const NETWORK_FIELD = /^fd\.([cslr]?(ip|port|net|proto)(\.name)?|l4proto|sockfamily|is_server|connected|name_changed)$/;

/** The event types that can contain a field, for the reference of rule authors; undefined if every event does. */
export function eventsOf(name: string): readonly string[] | undefined {
  if (NETWORK_FIELD.test(name)) return SOCKETS;
  if (name.startsWith('fd.')) return [...OPENS, ...SOCKETS, ...DESCRIPTORS];
  if (name.startsWith('fs.path.name')) return ONE_PATH;
  if (name.startsWith('fs.path.')) return TWO_PATHS;
  if (name.startsWith('evt.is_open_')) return OPENS;
  if (name === 'evt.buffer' || name === 'evt.buflen') return SOCKETS.filter((type) => type.startsWith('send'));
  return undefined;
}
