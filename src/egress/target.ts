import { isIP, isIPv4, isIPv6 } from 'node:net';
import { EgressRefusedError } from './errors.js';

/** Destination of an attempt. `host` is a DNS name (lower case, no trailing dot) or a canonical IP address. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
// C libraries also accept these forms as IPv4 addresses: 2130706433, 0x7f.1, 0177.0.0.1.
const NUMERIC_LABEL = /^(?:\d+|0x[0-9a-f]*)$/;

/**
 * The target of `CONNECT host:port`. Not parsed as a URL, since URL parsers repair malformed targets that must be refused.
 *
 * @throws EgressRefusedError
 */
export function parseAuthority(authority: string): Target {
  if (authority.includes('@')) throw new EgressRefusedError('userinfo', 'credentials in the target are not accepted');
  const match = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(authority);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port < 1 || port > 65_535) {
    throw new EgressRefusedError('malformed-target', 'the target is not host:port');
  }
  return { host: parseHost(match[1]), port };
}

/** The target of a request whose first line contains a URL. */
export interface UrlTarget {
  readonly target: Target;
  /** Whether it is an https URL: clients that send one in plain text (axios) expect the proxy to use TLS upstream. */
  readonly secure: boolean;
}

/**
 * The target of a plain `GET http://host/…`. `hostHeader` must name the same host, otherwise the request would go to another site than the
 * permitted one. @throws EgressRefusedError
 */
export function parseHttpTarget(requestTarget: string, hostHeader: string | undefined): UrlTarget {
  const [, scheme = '', authority] = /^(https?):\/\/([^/?#\\]*)/i.exec(requestTarget) ?? [];
  if (authority === undefined) throw new EgressRefusedError('malformed-target', 'the target is not an http URL');
  const secure = scheme.toLowerCase() === 'https';
  const port = secure ? 443 : 80;
  const target = parseAuthority(withPort(authority, port));
  if (
    hostHeader !== undefined &&
    withPort(hostHeader, port).toLowerCase() !== withPort(authority, port).toLowerCase()
  ) {
    throw new EgressRefusedError('host-mismatch', 'the Host header is not the one of the target');
  }
  return { target, secure };
}

function withPort(authority: string, port: number): string {
  return /:\d*$/.test(authority.replace(/^\[[^\]]*\]/, '')) ? authority : `${authority}:${port}`;
}

/** Normalizes a host. @throws EgressRefusedError */
export function parseHost(raw: string): string {
  if (raw.startsWith('[')) return parseBracketed(raw);
  const name = raw.toLowerCase().replace(/\.$/, '');
  if (isIPv4(name)) return name;
  const labels = name.split('.');
  const numeric = NUMERIC_LABEL.test(labels.at(-1) ?? '');
  if (isIP(name) !== 0 || numeric || name.length > 253 || !labels.every((label) => LABEL.test(label))) {
    throw new EgressRefusedError('not-a-host-name', 'the target is neither a host name nor a plain address');
  }
  return name;
}

function parseBracketed(raw: string): string {
  const address = raw.slice(1, -1).toLowerCase();
  // A zone (fe80::1%eth0) would select a network interface of this host.
  if (!raw.endsWith(']') || !isIPv6(address) || address.includes('%')) {
    throw new EgressRefusedError('not-a-host-name', 'the target is not an IPv6 address');
  }
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
