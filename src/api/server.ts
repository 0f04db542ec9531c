import { createServer, type RequestListener, type Server } from 'node:http';

export interface ServerOptions {
  /** How long a whole request may take to arrive, in milliseconds. @defaultValue 15 minutes */
  readonly requestTimeoutMs?: number;
  /** How long a connection may be silent, in milliseconds. @defaultValue 60 s */
  readonly idleTimeoutMs?: number;
}

/** An HTTP server for `createApi`'s handler, not listening yet. It can refuse an upload before the client sends its body. */
export function createApiServer(handler: RequestListener, options: ServerOptions = {}): Server {
  const { requestTimeoutMs = 15 * 60_000, idleTimeoutMs = 60_000 } = options;
  const server = createServer({ requestTimeout: requestTimeoutMs }, handler);
  server.setTimeout(idleTimeoutMs);
  // With this listener Node does not send `100 Continue` by itself: the upload route does, once it has accepted the request.
  server.on('checkContinue', handler);
  return server;
}
