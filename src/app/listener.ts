import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApiServer } from '../api/server.js';
import { ConfigError } from './config/config.js';

/** Where to listen, and the setting to name when that is not possible. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly portSetting: string;
}

/** A server that listens. */
export interface Listener {
  /** E.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Takes no more requests in, and bears those that still run for five seconds. */
  stop(): Promise<void>;
}

/** Serves `handler`. @throws ConfigError when the address can't be had */
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
      const why = cause.code === 'EADDRINUSE' ? 'something else listens there' : cause.message;
      reject(new ConfigError(`can't listen on ${host}:${port}: ${why} (PACKWARDEN_HOST, ${portSetting})`, cause));
    });
    server.listen(port, host, resolve);
  });
}
