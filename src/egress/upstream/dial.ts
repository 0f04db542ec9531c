import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Permit } from '../doors/gatekeeper.js';
import { EgressFailedError } from '../errors.js';
import type { Target } from '../target.js';
import { fixedLookup } from './dialer.js';
import type { Traffic } from './traffic.js';

/** The company's own proxy, for networks without direct access. */
export interface UpstreamProxy {
  /** `http://user:password@host:port`, with credentials if the proxy needs them. */
  readonly url: string;
}

/** Dependencies and limits of an upstream connection. */
export interface OutboundOptions {
  readonly traffic: Traffic;
  readonly upstream?: UpstreamProxy | undefined;
  readonly caps: {
    /** How long connecting may take, in milliseconds, including the upstream proxy's answer. */
    readonly dialMs: number;
  };
}

/**
 * Connects to a permitted target, through the upstream proxy if there is one. `by-url`: connects to that proxy itself, which is then asked
 * for a plain http URL. Closed when `signal` is aborted. @throws EgressFailedError
 */
export function dial(
  options: OutboundOptions,
  target: Target,
  permit: Permit,
  signal: AbortSignal,
  how: 'tunnel' | 'by-url' = 'tunnel',
): Promise<Socket> {
  const { traffic, upstream, caps } = options;
  const { host, port } = upstream === undefined ? target : addressOf(upstream);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      ...(upstream === undefined ? { lookup: fixedLookup(permit.addresses) } : {}),
    });
    traffic.follow(socket, permit.entry);
    const close = (): unknown => socket.destroy();
    signal.addEventListener('abort', close);
    if (signal.aborted) close();
    const deadline = setTimeout(close, caps.dialMs);
    let cause: Error | undefined;
    socket.on('error', (error) => {
      cause = error;
    });
    socket.once('close', () => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', close);
      reject(new EgressFailedError(`no connection to ${target.host}:${target.port}`, { cause }));
    });
    const established = (): void => {
      clearTimeout(deadline);
      resolve(socket);
    };
    socket.once('connect', () => {
      if (upstream === undefined || how === 'by-url') return established();
      askUpstream(upstream, socket, target).then(established, (error: Error) => {
        cause = error;
        socket.destroy();
      });
    });
  });
}

function addressOf({ url }: UpstreamProxy): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
}

/** `CONNECT` over a connection to the upstream proxy. */
function askUpstream(upstream: UpstreamProxy, socket: Socket, { host, port }: Target): Promise<void> {
  const path = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const headers = { host: path, ...upstreamLogin(upstream) };
  return new Promise((resolve, reject) => {
    const asking = request({ method: 'CONNECT', path, headers, createConnection: () => socket });
    asking.once('error', reject);
    asking.once('response', (response) => reject(new Error(`the upstream proxy answered ${response.statusCode}`)));
    asking.once('connect', (response, _socket, head) => {
      if (response.statusCode !== 200) {
        reject(new Error(`the upstream proxy answered ${response.statusCode}`));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve();
    });
    asking.end();
  });
}

/** The header that authenticates us to the upstream proxy, if it needs one. */
export function upstreamLogin(upstream: UpstreamProxy | undefined): Record<string, string> {
  const { username, password } = new URL(upstream?.url ?? 'http://none');
  if (username === '') return {};
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return { 'proxy-authorization': `Basic ${login}` };
}
