import { Agent, type ClientRequestArgs, type IncomingMessage, request } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, createSecureContext, rootCertificates, type SecureContext, type TLSSocket } from 'node:tls';
import type { Permit } from '../doors/gatekeeper.js';
import { EgressFailedError } from '../errors.js';
import type { Target } from '../target.js';
import { dial, type OutboundOptions } from './dial.js';

/** Options of upstream connections, and the authorities trusted to authenticate the upstream host. */
export interface UpstreamOptions extends OutboundOptions {
  readonly trust: SecureContext;
}

/** An upstream host to connect to. */
export interface UpstreamHost {
  readonly target: Target;
  readonly permit: Permit;
  /** Whether it uses TLS. */
  readonly secure: boolean;
}

let lastTrust: { readonly ca: string; readonly context: SecureContext } | undefined;

/** The public authorities and those in `ca` (PEM). Creating the context takes about 50 ms, so jobs with the same `ca` share it. */
export function trusting(ca: string | undefined): SecureContext {
  if (ca === undefined) return createSecureContext();
  if (lastTrust?.ca !== ca) lastTrust = { ca, context: createSecureContext({ ca: [...rootCertificates, ca] }) };
  return lastTrust.context;
}

/** A connection to an upstream host, which is authenticated before anything is sent. @throws EgressFailedError */
export async function connectTo(options: UpstreamOptions, end: UpstreamHost, signal: AbortSignal): Promise<Socket> {
  const socket = await dial(options, end.target, end.permit, signal);
  return end.secure ? startTls(options, end.target, socket) : socket;
}

/** Starts TLS on a connection. @throws EgressFailedError if the upstream host's certificate is not trusted */
export function startTls({ trust }: UpstreamOptions, { host, port }: Target, socket: Socket): Promise<TLSSocket> {
  const servername = isIP(host) === 0 ? host : '';
  const tls = connect({ socket, host, servername, ALPNProtocols: ['http/1.1'], secureContext: trust });
  return new Promise((resolve, reject) => {
    let cause: NodeJS.ErrnoException | undefined;
    tls.on('error', (error) => {
      cause = error;
    });
    tls.once('secureConnect', () => resolve(tls));
    tls.once('close', () => {
      const because = cause?.code === undefined ? '' : ` (${cause.code})`;
      const isUnproven = cause !== undefined && !GONE.has(cause.code ?? '');
      const message = `no TLS connection to ${host}:${port}${because}`;
      reject(new EgressFailedError(message, { cause }, isUnproven ? 'unproven' : 'unreachable'));
    });
  });
}

/** Error codes of a connection that was lost, which say nothing about the certificate. */
const GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** A pool of connections to one upstream host, each used for one request at a time. They are closed when `life` is aborted. */
export class UpstreamAgent extends Agent {
  constructor(
    private readonly options: UpstreamOptions,
    private readonly end: UpstreamHost,
    private readonly life: AbortSignal,
  ) {
    super({ keepAlive: true });
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    connectTo(this.options, this.end, this.life).then(
      (socket) => callback?.(null, socket),
      // Node's types require a stream, but Node does not.
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  }
}

/** A request without a body. */
export interface BareRequest {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Sends a request over a pooled connection; repeated once if the upstream host had just closed that connection. @throws Node's error of the
 * connection
 */
export async function sendPooled(
  agent: UpstreamAgent,
  asked: BareRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const once = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request({ ...asked, agent, signal });
      sent.once('response', resolve).end();
      sent.on('error', (error) => reject(Object.assign(error, { wasKept: sent.reusedSocket })));
    });
  try {
    return await once();
  } catch (error) {
    if (signal.aborted || !(error instanceof Error && 'wasKept' in error && error.wasKept === true)) throw error;
    return once();
  }
}

/** Sends a request over a connection of its own, so that nothing is left over for the next request. */
export async function sendOnce(
  options: UpstreamOptions,
  end: UpstreamHost,
  asked: BareRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const socket = await connectTo(options, end, signal);
  return new Promise((resolve, reject) => {
    const sent = request({ ...asked, createConnection: () => socket });
    sent.once('response', resolve).on('error', reject).end();
  });
}
