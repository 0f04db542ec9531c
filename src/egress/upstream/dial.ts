import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Permit } from '../doors/gatekeeper.js';
import { EgressFailedError } from '../errors.js';
import type { Target } from '../target.js';
import { fixedLookup } from './dialer.js';
import type { Traffic } from './traffic.js';

/** The company's own proxy, where nothing else leads out. */
export interface UpstreamProxy {
  /** `http://user:password@host:port`, the credentials where they are asked for. */
  readonly url: string;
}

/** What a connection out needs, and may cost. */
export interface OutboundOptions {
  readonly traffic: Traffic;
  readonly upstream?: UpstreamProxy | undefined;
  readonly caps: {
    /** How long the far side may take to accept, in milliseconds; an upstream proxy's answer included. */
    readonly dialMs: number;
  };
}

/**
 * A connection to a permitted target, by the upstream proxy where there is one; `by-url`: to that proxy itself, which is then asked
 * for the URL of what is not encrypted. It does not outlive `signal`. @throws EgressFailedError
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
    const far = connect({ host, port, ...(upstream === undefined ? { lookup: fixedLookup(permit.addresses) } : {}) });
    traffic.follow(far, permit.entry);
    const leave = (): unknown => far.destroy();
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    const deadline = setTimeout(leave, caps.dialMs);
    let cause: Error | undefined;
    far.on('error', (error) => {
      cause = error;
    });
    far.once('close', () => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', leave);
      reject(new EgressFailedError(`no connection to ${target.host}:${target.port}`, { cause }));
    });
    const established = (): void => {
      clearTimeout(deadline);
      resolve(far);
    };
    far.once('connect', () => {
      if (upstream === undefined || how === 'by-url') return established();
      askUpstream(upstream, far, target).then(established, (error: Error) => {
        cause = error;
        far.destroy();
      });
    });
  });
}

function addressOf({ url }: UpstreamProxy): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
}

/** `CONNECT` over a connection to the upstream proxy. */
function askUpstream(upstream: UpstreamProxy, far: Socket, { host, port }: Target): Promise<void> {
  const path = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const headers = { host: path, ...upstreamLogin(upstream) };
  return new Promise((resolve, reject) => {
    const asking = request({ method: 'CONNECT', path, headers, createConnection: () => far });
    asking.once('error', reject);
    asking.once('response', (response) => reject(new Error(`the upstream proxy answered ${response.statusCode}`)));
    asking.once('connect', (response, _socket, head) => {
      if (response.statusCode !== 200) {
        reject(new Error(`the upstream proxy answered ${response.statusCode}`));
        return;
      }
      if (head.length > 0) far.unshift(head);
      resolve();
    });
    asking.end();
  });
}

/** The header by which an upstream proxy knows us, where it wants one. */
export function upstreamLogin(upstream: UpstreamProxy | undefined): Record<string, string> {
  const { username, password } = new URL(upstream?.url ?? 'http://none');
  if (username === '') return {};
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return { 'proxy-authorization': `Basic ${login}` };
}
