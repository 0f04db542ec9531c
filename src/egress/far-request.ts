import { type IncomingMessage, request } from 'node:http';
import { connect, createSecureContext, rootCertificates, type SecureContext, type TLSSocket } from 'node:tls';
import { dial, type OutboundOptions } from './dial.js';
import { EgressFailedError } from './errors.js';
import type { Permit } from './gatekeeper.js';
import type { Target } from './target.js';

/** What is asked of a registry: it has no body. */
export interface FarRequest {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a registry is asked, and who may vouch for it. */
export interface FarEnd {
  readonly target: Target;
  readonly permit: Permit;
  readonly trust: SecureContext;
}

/**
 * Asks over a connection that is made for this one request, so that nothing of it is left for the next one. Nothing is sent
 * before the far side has proven who it is. It does not outlive `signal`. @throws EgressFailedError, or what Node says of the connection
 */
export async function askFar(
  options: OutboundOptions,
  end: FarEnd,
  asked: FarRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const socket = await secured(options, end, signal);
  return new Promise((resolve, reject) => {
    const far = request({ ...asked, createConnection: () => socket });
    far.once('response', resolve).on('error', reject).end();
  });
}

/** The public authorities, and those in `ca` (PEM). It takes some 50 ms to make, so it is made once and not for each connection. */
export function trusting(ca: string | undefined): SecureContext {
  return createSecureContext(ca === undefined ? {} : { ca: [...rootCertificates, ca] });
}

async function secured(
  options: OutboundOptions,
  { target, permit, trust }: FarEnd,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { host } = target;
  const socket = await dial(options, target, permit, signal);
  const tls = connect({ socket, host, servername: host, ALPNProtocols: ['http/1.1'], secureContext: trust });
  return new Promise((resolve, reject) => {
    let cause: Error | undefined;
    tls.on('error', (error) => {
      cause = error;
    });
    tls.once('secureConnect', () => resolve(tls));
    tls.once('close', () => reject(new EgressFailedError(`no TLS connection to ${host}:${target.port}`, { cause })));
  });
}
