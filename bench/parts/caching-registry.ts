import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Authority } from '../../src/egress/upstream/authority.js';

/** A registry of our own that keeps what it has fetched once: with it, the network's mood does not decide a bench. */
export interface CachingRegistry {
  readonly url: string;
  /** PEM: what its clients must trust. */
  readonly ca: string;
  readonly host: string;
  close(): Promise<void>;
}

/** Serves what lies at `origin` over https as `name`, on `address` of this machine. npm checks no certificate for a bare address. */
export async function openCachingRegistry(name: string, address: string, origin: string): Promise<CachingRegistry> {
  const authority = new Authority(Date.now());
  const identity = authority.identityOf(name);
  const kept = new Map<string, Promise<Buffer>>();
  const fetched = (path: string): Promise<Buffer> => {
    const known = kept.get(path) ?? get(`${origin}${path}`);
    kept.set(path, known);
    return known;
  };
  const server: Server = createServer(identity, (request, response) => {
    fetched(request.url ?? '/').then(
      (body) => response.end(body),
      (error: Error) => response.writeHead(502).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const host = `${name}:${(server.address() as AddressInfo).port}`;
  return {
    url: `https://${host}/`,
    ca: authority.cert,
    host,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function get(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
