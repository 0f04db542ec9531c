import { Agent, type ClientRequestArgs, createServer, type Server as HttpServer } from 'node:http';
import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PrepareRequestFunctionResult } from 'proxy-chain';
import { fixedLookup } from './dialer.js';
import { EgressFailedError } from './errors.js';
import type { Permit } from './gatekeeper.js';
import type { Target } from './target.js';
import type { Traffic } from './traffic.js';

type Prepared = PrepareRequestFunctionResult;

/** What a connection out may cost. Times in milliseconds. */
export interface OutboundOptions {
  readonly traffic: Traffic;
  readonly caps: {
    /** A connection with no byte in either direction for so long is closed. */
    readonly idleMs: number;
    /** How long the far side may take to accept. */
    readonly dialMs: number;
  };
}

/**
 * Dials, and tells proxy-chain to tunnel. The far side comes first, so that the client hears 502 instead of an established
 * connection that ends. @throws EgressFailedError
 */
export async function tunnelled(
  options: OutboundOptions,
  near: Socket,
  target: Target,
  permit: Permit,
): Promise<Prepared> {
  const far = await dial(options, near, target, permit);
  // proxy-chain hands the client's socket over as this server's `connection`; nothing of HTTP is wanted on it.
  const end: HttpServer = createServer();
  end.removeAllListeners('connection');
  end.on('connection', () => join(near, far));
  return { customConnectServer: end };
}

function dial(options: OutboundOptions, near: Socket, target: Target, permit: Permit): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { host, port } = target;
    const far = connect({ host, port, lookup: fixedLookup(permit.addresses) });
    options.traffic.follow(far, permit.entry);
    far.setTimeout(options.caps.idleMs, () => far.destroy());
    // A client that leaves at any moment, the gateway's end included, takes its far side with it.
    near.once('close', () => far.destroy());
    if (near.destroyed) far.destroy();
    const deadline = setTimeout(() => far.destroy(), options.caps.dialMs);
    let cause: Error | undefined;
    far.on('error', (error) => {
      cause = error;
    });
    far.once('close', () => {
      clearTimeout(deadline);
      reject(new EgressFailedError(`no connection to ${host}:${port}`, { cause }));
    });
    far.once('connect', () => {
      clearTimeout(deadline);
      resolve(far);
    });
  });
}

/** Either side's end ends the other; what is still on its way to the client is delivered first. */
function join(near: Socket, far: Socket): void {
  near.pipe(far);
  far.pipe(near);
  far.once('close', (failed) => (failed ? near.destroy() : near.end()));
  if (far.destroyed) near.destroy();
}

/** Tells proxy-chain to forward a plain request, over a connection of its own to a checked address. */
export function forwarded({ traffic, caps }: OutboundOptions, permit: Permit): Prepared {
  const dnsLookup = fixedLookup(permit.addresses) as NonNullable<Prepared['dnsLookup']>;
  return { dnsLookup, httpAgent: new CountingAgent(traffic, permit, caps.idleMs) };
}

/** One agent per request: a pooled connection could belong to an earlier decision. */
class CountingAgent extends Agent {
  constructor(
    private readonly traffic: Traffic,
    private readonly permit: Permit,
    private readonly idleMs: number,
  ) {
    super({ keepAlive: false });
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const stream = super.createConnection(options, callback);
    if (stream instanceof Socket) {
      this.traffic.follow(stream, this.permit.entry);
      stream.setTimeout(this.idleMs, () => stream.destroy());
    }
    return stream;
  }
}
