import { Agent, type ClientRequestArgs, createServer, type Server as HttpServer } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PrepareRequestFunctionResult } from 'proxy-chain';
import { dial, type OutboundOptions } from './dial.js';
import { fixedLookup } from './dialer.js';
import type { Permit } from './gatekeeper.js';
import type { Target } from './target.js';
import type { Traffic } from './traffic.js';

type Prepared = PrepareRequestFunctionResult;

/** The first byte of a TLS record that begins a handshake (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 0x16;

/**
 * Dials, and tells proxy-chain to tunnel. The far side comes first, so that the client hears 502 instead of an established
 * connection that ends. `read` is shown what the client sends, unless it is encrypted. @throws EgressFailedError
 */
export async function tunnelled(
  options: OutboundOptions,
  near: Socket,
  target: Target,
  permit: Permit,
  read: (chunk: Buffer) => void,
): Promise<Prepared> {
  const far = await dial(options, target, permit, lifeOf(near));
  // proxy-chain hands the client's socket over as this server's `connection`; nothing of HTTP is wanted on it.
  const end: HttpServer = createServer();
  end.removeAllListeners('connection');
  end.on('connection', () => join(near, far, read));
  return { customConnectServer: end };
}

/** A client that leaves at any moment, the gateway's end included, takes its far side with it. */
function lifeOf(near: Socket): AbortSignal {
  const life = new AbortController();
  near.once('close', () => life.abort());
  if (near.destroyed) life.abort();
  return life.signal;
}

/** Either side's end ends the other; what is still on its way to the client is delivered first. */
function join(near: Socket, far: Socket, read: (chunk: Buffer) => void): void {
  near.once('data', (first: Buffer) => {
    if (first[0] === TLS_HANDSHAKE) return;
    read(first);
    near.on('data', read);
  });
  near.pipe(far);
  far.pipe(near);
  far.once('close', (failed) => (failed ? near.destroy() : near.end()));
  if (far.destroyed) near.destroy();
}

/** Tells proxy-chain to forward a plain request, over a connection of its own: to a checked address, or to the upstream proxy. */
export function forwarded({ traffic, upstream }: OutboundOptions, permit: Permit): Prepared {
  const httpAgent = new CountingAgent(traffic, permit);
  if (upstream !== undefined) return { httpAgent, upstreamProxyUrl: upstream.url };
  const dnsLookup = fixedLookup(permit.addresses) as NonNullable<Prepared['dnsLookup']>;
  return { dnsLookup, httpAgent };
}

/** One agent per request: a pooled connection could belong to an earlier decision. */
class CountingAgent extends Agent {
  constructor(
    private readonly traffic: Traffic,
    private readonly permit: Permit,
  ) {
    super({ keepAlive: false });
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const stream = super.createConnection(options, callback);
    if (stream instanceof Socket) this.traffic.follow(stream, this.permit.entry);
    return stream;
  }
}
