import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApiServer } from '../../api/server.js';
import { ConfigError } from '../config/config.js';

/** The address to listen on, and the name of its setting for the error message. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly portSetting: string;
}

/** A server that listens. */
export interface Listener {
  /** E.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Accepts no more requests, and gives running ones five seconds to end. */
  stop(): Promise<void>;
}

/** Serves `handler`. @throws ConfigError when the address is not available */
export async function listenOn(handler: RequestListener, address: ListenAddress): Promise<Listener> {
  const server = createApiServer(handler);
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    url: `http://${host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 5_000).unref();
      }),
  };
}

function listen(server: Server, { host, port, portSetting }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the address is already in use' : cause.message;
      reject(new ConfigError(`can't listen on ${host}:${port}: ${why} (PACKWARDEN_HOST, ${portSetting})`, cause));
    });
    server.listen(port, host, resolve);
  });
}
