import { PART } from '../../probe/layout.js';
import type { ProcessRecord } from '../../probe/record.js';
import { descriptor, number, result } from '../arguments.js';
import type { Build, Call } from '../call.js';
import type { EventArgument, EventDetails } from '../details.js';
import {
  endpointText,
  type FdView,
  isInternet,
  type KernelFd,
  readFd,
  viewFd,
  viewServer,
  viewSocket,
} from '../fd-view.js';
import { isError } from '../values/errno.js';
import { type Endpoint, FAMILY, isVersion4, readAddress, type SocketAddress } from '../values/socket.js';

/** EINPROGRESS: a non-blocking connect that has been started, treated as a success. */
const EINPROGRESS = -115;

function addressOf(record: ProcessRecord): SocketAddress | undefined {
  const bytes = record.part(PART.address);
  return bytes === undefined ? undefined : readAddress(bytes);
}

function endpointOf(address: SocketAddress | undefined): Endpoint | undefined {
  return address?.kind === 'ip' ? address : undefined;
}

/** Falco sets `fd.name` to a unix socket's path only once it is connected (`NULL` before; recorded from Falco 0.40). */
function unixView(num: number, fd: KernelFd, address: SocketAddress | undefined, done: boolean): FdView {
  const view = viewSocket(num, fd, undefined);
  if (address?.kind !== 'unix') return view;
  return { ...view, name: done ? address.path : 'NULL' };
}

/**
 * Treats a socket as an internet socket when it is given an internet address: some families (SMC, RxRPC, RDS) are not internet families by
 * number, but reach the same hosts.
 */
function readSocket(record: ProcessRecord, target: Endpoint | undefined): KernelFd | undefined {
  const fd = readFd(record);
  if (fd === undefined || target === undefined || isInternet(fd)) return fd;
  return { ...fd, family: isVersion4(target.ip) ? FAMILY.inet : FAMILY.inet6, remote: target };
}

/** An internet socket, and the peer that this event gives it. */
function aimed(num: number, fd: KernelFd, address: SocketAddress | undefined, connected: boolean): FdView {
  const target = endpointOf(address);
  return { ...viewSocket(num, fd, target), connected, renamed: target !== undefined };
}

function connect({ record }: Call): EventDetails {
  const num = record.int(0);
  const address = addressOf(record);
  const fd = readSocket(record, endpointOf(address));
  const done = !isError(record.ret) || record.ret === EINPROGRESS;
  if (fd === undefined) return { args: [result(record.ret), { name: 'tuple', value: 'NULL' }, number('fd', num)] };
  const inet = isInternet(fd);
  // Connecting to family "unspecified" dissolves a connection: the socket then has no peer.
  const view = inet ? aimed(num, fd, address, record.ret === 0) : unixView(num, fd, address, done);
  const shown = address?.kind === 'unix' && !inet ? { ...view, name: address.path } : view;
  const tuple = view.name === '' ? 'NULL' : view.name;
  return { args: [result(record.ret), { name: 'tuple', value: tuple }, descriptor('fd', num, shown)], fd: view };
}

function bind({ record }: Call): EventDetails {
  const num = record.int(0);
  const fd = readFd(record);
  const address = addressOf(record);
  const endpoint = endpointOf(address);
  const value = endpoint === undefined ? (address?.kind === 'unix' ? address.path : 'NULL') : endpointText(endpoint);
  const args = [result(record.ret), { name: 'addr', value }];
  if (fd === undefined) return { args: [...args, number('fd', num)] };
  const asked = endpoint === undefined ? fd : { ...fd, local: endpoint };
  const view = isInternet(fd) ? viewServer(num, asked) : unixView(num, fd, address, true);
  return { args: [...args, descriptor('fd', num, view)], fd: view };
}

function listen({ record }: Call): EventDetails {
  const num = record.int(0);
  const fd = readFd(record);
  const view = fd === undefined ? undefined : viewServer(num, fd);
  const args = [result(record.ret), descriptor('fd', num, view), number('backlog', record.int(1))];
  return view === undefined ? { args } : { args, fd: view };
}

/** As in Falco, bytes that are not printable are shown as dots. */
function printable(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[^ -~]/g, '.');
}

function send({ record }: Call): EventDetails {
  const num = record.int(0);
  const address = addressOf(record);
  const target = endpointOf(address);
  const fd = readSocket(record, target);
  const data = record.part(PART.data) ?? Buffer.alloc(0);
  const args: EventArgument[] = [result(record.ret), { name: 'data', value: printable(data) }];
  if (fd === undefined) return { args, buffer: data };
  const inet = isInternet(fd);
  // An explicit address takes precedence over the connected peer: a datagram's, TCP fast open's, an echo request's.
  const toTarget = target === undefined ? fd : { ...fd, remote: target };
  const view = inet ? aimed(num, toTarget, address, fd.remote.port !== 0) : unixView(num, fd, address, true);
  return {
    args: [...args, descriptor('fd', num, view), number('size', data.length), { name: 'tuple', value: view.name }],
    fd: view,
    buffer: data,
  };
}

const DOMAINS: Readonly<Record<number, string>> = {
  0: 'AF_UNSPEC',
  1: 'AF_LOCAL|AF_UNIX',
  2: 'AF_INET',
  10: 'AF_INET6',
  15: 'AF_KEY',
  16: 'AF_ROUTE|AF_NETLINK',
  17: 'AF_PACKET',
  29: 'AF_CAN',
  30: 'AF_TIPC',
  31: 'AF_BLUETOOTH',
  38: 'AF_ALG',
};

function socket({ record }: Call): EventDetails {
  const domain = record.int(0);
  const name = DOMAINS[domain];
  const shown = { name: 'domain', value: String(domain), ...(name !== undefined && { resolved: name }) };
  return { args: [result(record.ret, 'fd'), shown, number('type', record.int(1)), number('proto', record.int(2))] };
}

/** A descriptor duplicated to standard input, output or error; its type tells whether a shell is attached to the network. */
function duplicate(withNew: boolean): Build {
  return ({ record }) => {
    const view = viewFd(record.ret, record);
    const args = [descriptor('res', record.ret, view), descriptor('oldfd', record.int(0), view)];
    if (withNew) args.push(descriptor('newfd', record.int(1), view));
    return view === undefined ? { args } : { args, fd: view };
  };
}

/** Builds the details of events about sockets, and about descriptors that may be sockets. */
export const SOCKET_EVENTS: Readonly<Record<string, Build>> = {
  socket,
  connect,
  bind,
  listen,
  sendto: send,
  sendmsg: send,
  sendmmsg: send,
  dup: duplicate(false),
  dup2: duplicate(true),
  dup3: duplicate(true),
};
