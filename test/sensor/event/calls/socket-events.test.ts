import { describe, expect, it } from 'vitest';
import { SymbolicLinks } from '../../../../src/sensor/container/links.js';
import { SensorEvent } from '../../../../src/sensor/event/event.js';
import { SYSCALLS } from '../../../../src/sensor/event/syscalls.js';
import { syscallCatalog } from '../../../../src/sensor/fields/catalog.js';
import { PART, type PartTag } from '../../../../src/sensor/probe/layout.js';
import { ProcessRecord } from '../../../../src/sensor/probe/record.js';
import { unknownProcess } from '../../../../src/sensor/process/process.js';
import { ProcessTable } from '../../../../src/sensor/process/table.js';
import { detections } from '../../own-rules/own-rules.js';
import { recordBytes } from '../../records.js';

const SOCK = { stream: 1, datagram: 2, raw: 3, seqpacket: 5 } as const;
const AF = { unix: 1, inet: 2, inet6: 10, smc: 43 } as const;
const IPPROTO = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 } as const;
const NUMBERS = new Map([...SYSCALLS].map(([nr, type]) => [type, nr]));

/** struct fd_part of a socket that is not connected. */
function socketPart(family: number, type: number, protocol: number): [PartTag, Buffer] {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt16LE(0o140777, 0);
  bytes.writeUInt16LE(family, 2);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(protocol, 6);
  return [PART.fd, bytes];
}

/** struct sockaddr_in of 203.0.113.9. */
function address4(port: number): [PartTag, Buffer] {
  const bytes = Buffer.from('02000000cb0071090000000000000000', 'hex');
  bytes.writeUInt16BE(port, 2);
  return [PART.address, bytes];
}

/** struct sockaddr_in6 of 2001:db8::7. */
function address6(port: number): [PartTag, Buffer] {
  const bytes = Buffer.from('0a0000000000000020010db800000000000000000000000700000000', 'hex');
  bytes.writeUInt16BE(port, 2);
  return [PART.address, bytes];
}

function fieldsOf(call: string, ret: number, parts: readonly [PartTag, Buffer][]): unknown[] {
  const record = new ProcessRecord(recordBytes({ nr: NUMBERS.get(call) ?? 0, ret, args: [3], parts }));
  const links = new SymbolicLinks(() => undefined);
  const processes = new ProcessTable(() => undefined);
  const container = { id: 'c', fullId: 'c', links, processes, firstPid: undefined, alerts: 0, details: undefined };
  const event = new SensorEvent(1, call, record, unknownProcess(7), container);
  const names = ['fd.typechar', 'fd.sip', 'fd.sport', 'fd.l4proto'];
  return names.map((name) => syscallCatalog.bind(name, undefined)?.extract(event));
}

describe('an explicit address is the destination of an unconnected socket', () => {
  const IP4 = '203.0.113.9';
  const IP6 = '2001:db8::7';

  it.each<[what: string, socket: [PartTag, Buffer], address: [PartTag, Buffer], expected: unknown[]]>([
    ['datagram', socketPart(AF.inet, SOCK.datagram, IPPROTO.udp), address4(53), ['4', IP4, 53, 'udp']],
    ['datagram by IPv6', socketPart(AF.inet6, SOCK.datagram, IPPROTO.udp), address6(53), ['6', IP6, 53, 'udp']],
    ['TCP fast open', socketPart(AF.inet, SOCK.stream, IPPROTO.tcp), address4(443), ['4', IP4, 443, 'tcp']],
    ['TCP fast open by IPv6', socketPart(AF.inet6, SOCK.stream, IPPROTO.tcp), address6(443), ['6', IP6, 443, 'tcp']],
    ['echo request', socketPart(AF.inet, SOCK.datagram, IPPROTO.icmp), address4(0), ['4', IP4, 0, 'icmp']],
    ['echo request by IPv6', socketPart(AF.inet6, SOCK.datagram, IPPROTO.icmpv6), address6(0), ['6', IP6, 0, 'icmp']],
    ['raw packet', socketPart(AF.inet, SOCK.raw, IPPROTO.icmp), address4(0), ['4', IP4, 0, 'raw']],
    ['SCTP', socketPart(AF.inet, SOCK.seqpacket, IPPROTO.sctp), address4(5000), ['4', IP4, 5000, '<NA>']],
    ['SMC', socketPart(AF.smc, SOCK.stream, 0), address4(443), ['4', IP4, 443, 'tcp']],
  ])('%s', (_what, socket, address, expected) => {
    for (const call of ['sendto', 'sendmsg', 'sendmmsg', 'connect']) {
      for (const ret of [5, -101]) expect(fieldsOf(call, ret, [socket, address]), call).toEqual(expected);
    }
  });

  it.each([
    ['no address', []],
    ['one that can not be read', [[PART.address, Buffer.from('02')]]],
    ['one of a unix socket', [[PART.address, Buffer.from('0100612f7300', 'hex')]]],
  ] as [string, [PartTag, Buffer][]][])('%s leads nowhere', (_what, parts) => {
    const socket = socketPart(AF.unix, SOCK.datagram, 0);
    expect(fieldsOf('sendto', 5, [socket, ...parts])).toEqual(['u', undefined, undefined, '<NA>']);
  });
});

/** struct sockaddr_in of any address. */
function addressOf(ip: string, port: number): [PartTag, Buffer] {
  const [, bytes] = address4(port);
  Buffer.from(ip.split('.').map(Number)).copy(bytes, 4);
  return [PART.address, bytes];
}

describe('a contacted address is reported for every call and protocol', () => {
  const SENDS = ['connect', 'sendto', 'sendmsg', 'sendmmsg'];
  const contacts = (type: string, parts: readonly [PartTag, Buffer][], ret: number) =>
    detections({ nr: NUMBERS.get(type) ?? 0, ret, args: [3], parts, uid: 1000, gid: 1000 });
  const SOCKETS: readonly (readonly [what: string, socket: [PartTag, Buffer], port: number])[] = [
    ['datagram', socketPart(AF.inet, SOCK.datagram, IPPROTO.udp), 53],
    ['TCP fast open', socketPart(AF.inet, SOCK.stream, IPPROTO.tcp), 9],
    ['echo request', socketPart(AF.inet, SOCK.datagram, IPPROTO.icmp), 0],
    ['echo request with the port of the proxy', socketPart(AF.inet, SOCK.datagram, IPPROTO.icmp), 3128],
    ['raw packet', socketPart(AF.inet, SOCK.raw, IPPROTO.icmp), 0],
    ['SCTP', socketPart(AF.inet, SOCK.seqpacket, IPPROTO.sctp), 5000],
    ['SMC', socketPart(AF.smc, SOCK.stream, 0), 8443],
    ['HTTP/3', socketPart(AF.inet, SOCK.datagram, IPPROTO.udp), 443],
  ];

  it.each(SOCKETS)('%s', (_what, socket, port) => {
    for (const type of SENDS) {
      for (const ret of [5, -101]) {
        const past = contacts(type, [socket, addressOf('172.18.0.2', port === 53 ? 54 : port)], ret);
        expect(past, type).toEqual(['Outbound connection past the gateway']);
        const metadata = contacts(type, [socket, addressOf('169.254.169.254', port)], ret);
        expect(metadata, type).toContain('Contact with the cloud metadata service');
      }
    }
  });

  it.each([
    ['over TCP', SOCK.stream, IPPROTO.tcp, 53],
    ['over TCP, at a port of its own', SOCK.stream, IPPROTO.tcp, 40123],
    ['by a datagram to a port of its own', SOCK.datagram, IPPROTO.udp, 40123],
  ])("the sandbox's resolver %s is an unusual name lookup", (_what, type, protocol, port) => {
    for (const family of [AF.inet, AF.inet6]) {
      const parts = [socketPart(family, type, protocol), addressOf('127.0.0.11', port)] as const;
      for (const call of SENDS) {
        for (const ret of [5, -115]) expect(contacts(call, [...parts], ret), call).toEqual(['Unusual name lookup']);
      }
    }
  });

  it.each([
    ['the proxy', socketPart(AF.inet, SOCK.stream, IPPROTO.tcp), addressOf('172.18.0.1', 3128)],
    ['any host by HTTPS', socketPart(AF.inet, SOCK.stream, IPPROTO.tcp), addressOf('172.18.0.1', 443)],
    ['any host by HTTP', socketPart(AF.inet, SOCK.stream, IPPROTO.tcp), addressOf('10.18.0.1', 80)],
    ['the resolver', socketPart(AF.inet, SOCK.datagram, IPPROTO.udp), addressOf('172.18.0.1', 53)],
    ["Docker's resolver", socketPart(AF.inet, SOCK.datagram, IPPROTO.udp), addressOf('127.0.0.11', 53)],
    ['itself', socketPart(AF.inet, SOCK.stream, IPPROTO.tcp), addressOf('127.0.0.1', 8080)],
    ['itself by any address', socketPart(AF.inet6, SOCK.stream, IPPROTO.tcp), undefined],
  ] as const)('%s is meant to be', (_what, socket, address) => {
    for (const type of SENDS.slice(1))
      expect(contacts(type, address ? [socket, address] : [socket], 5), type).toEqual([]);
  });
});
