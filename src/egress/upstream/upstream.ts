import { Agent, type ClientRequestArgs, type IncomingMessage, request } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, createSecureContext, rootCertificates, type SecureContext, type TLSSocket } from 'node:tls';
import type { Permit } from '../doors/gatekeeper.js';
import { EgressFailedError } from '../errors.js';
import type { Target } from '../target.js';
import { dial, type OutboundOptions } from './dial.js';

/** What connections to the outside are made with, and who may vouch for the far side. */
export interface UpstreamOptions extends OutboundOptions {
  readonly trust: SecureContext;
}

/** Where the outside is asked. */
export interface FarEnd {
  readonly target: Target;
  readonly permit: Permit;
  /** Whether TLS is spoken there. */
  readonly secure: boolean;
}

let lastTrust: { readonly ca: string; readonly context: SecureContext } | undefined;

/** The public authorities, and those in `ca` (PEM). It takes some 50 ms to make, so jobs with the same ones share it. */
export function trusting(ca: string | undefined): SecureContext {
  if (ca === undefined) return createSecureContext();
  if (lastTrust?.ca !== ca) lastTrust = { ca, context: createSecureContext({ ca: [...rootCertificates, ca] }) };
  return lastTrust.context;
}

/** A connection on which nothing has been sent before the far side has proven who it is. @throws EgressFailedError */
export async function reached(options: UpstreamOptions, end: FarEnd, signal: AbortSignal): Promise<Socket> {
  const socket = await dial(options, end.target, end.permit, signal);
  return end.secure ? proven(options, end.target, socket) : socket;
}

/** Speaks TLS over a connection. @throws EgressFailedError where nobody vouches for the far side */
export function proven({ trust }: UpstreamOptions, { host, port }: Target, socket: Socket): Promise<TLSSocket> {
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

/** Of a connection that ended, whatever was to be said on it. */
const GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** Connections to one place that are used again and again, each for one request at a time. They end with `life`. */
export class FarAgent extends Agent {
  constructor(
    private readonly options: UpstreamOptions,
    private readonly end: FarEnd,
    private readonly life: AbortSignal,
  ) {
    super({ keepAlive: true });
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    reached(this.options, this.end, this.life).then(
      (socket) => callback?.(null, socket),
      // Node's type wants a stream, Node itself none.
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  }
}

/** What is asked over such connections: it has no body. */
export interface BareRequest {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Asks; once more where the far side had just given up a connection that was kept. @throws what Node says of the connection */
export async function askedBy(agent: FarAgent, asked: BareRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const once = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const far = request({ ...asked, agent, signal });
      far.once('response', resolve).end();
      far.on('error', (error) => reject(Object.assign(error, { wasKept: far.reusedSocket })));
    });
  try {
    return await once();
  } catch (error) {
    if (signal.aborted || !(error instanceof Error && 'wasKept' in error && error.wasKept === true)) throw error;
    return once();
  }
}

/** Asks over a connection that is made for this one request, so that nothing of it is left for the next one. */
export async function askedOnce(
  options: UpstreamOptions,
  end: FarEnd,
  asked: BareRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const socket = await reached(options, end, signal);
  return new Promise((resolve, reject) => {
    const far = request({ ...asked, createConnection: () => socket });
    far.once('response', resolve).on('error', reject).end();
  });
}
