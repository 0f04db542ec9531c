import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { UnreadReason } from '../content/request.js';
import { EgressRefusedError } from '../errors.js';
import { parseHost } from '../target.js';
import type { Authority } from '../upstream/authority.js';

/** Dependencies for terminating TLS. */
export interface TunnelParts {
  readonly authority: Authority;
  readonly caps: { readonly headMs: number };
}

/** How a handshake ended. `serverName`: the name that was asked for (SNI), in the client's words. */
export type Handshake =
  | { readonly inside: TLSSocket; readonly serverName: string | undefined }
  | { readonly inside: undefined; readonly serverName: string | undefined; readonly reason: UnreadReason };

/** Terminates TLS with a certificate for the requested name, or for `defaultName` if the client names none. */
export function terminateTls(
  { authority, caps }: TunnelParts,
  socket: Socket,
  defaultName: string,
): Promise<Handshake> {
  let serverName: string | undefined;
  const inside = new TLSSocket(socket, {
    isServer: true,
    secureContext: authority.contextFor(defaultName),
    // Clients that also offer HTTP/2 get HTTP/1.1.
    ALPNCallback: (offered: { readonly servername: string; readonly protocols: readonly string[] }) => {
      serverName ??= offered.servername || undefined;
      return offered.protocols.find((protocol) => protocol === 'http/1.1');
    },
    SNICallback: (name, answer) => {
      serverName = name;
      const host = nameIn(name);
      if (host === undefined) answer(new Error('no host name'));
      else answer(null, authority.contextFor(host));
    },
  });
  return new Promise((resolve) => {
    let reason: UnreadReason = 'handshake-failed';
    const deadline = setTimeout(() => inside.destroy(), caps.headMs);
    inside.on('error', (error) => {
      if (isDistrust(error)) reason = 'certificate-not-trusted';
    });
    inside.once('secure', () => {
      clearTimeout(deadline);
      inside.removeAllListeners('close');
      resolve({ inside, serverName });
    });
    inside.once('close', () => {
      clearTimeout(deadline);
      resolve({ inside: undefined, serverName, reason });
    });
  });
}

/** The client's TLS alert, in OpenSSL's wording: `unknown ca`, `bad certificate`, `certificate unknown`. */
function isDistrust(error: NodeJS.ErrnoException): boolean {
  return /alert (?:unknown ca|bad certificate|certificate unknown|unsupported certificate)/i.test(error.message);
}

/** The host that a client named; undefined if it is not valid. */
export function nameIn(serverName: string): string | undefined {
  try {
    return parseHost(serverName);
  } catch (error) {
    if (error instanceof EgressRefusedError) return undefined;
    throw error;
  }
}
