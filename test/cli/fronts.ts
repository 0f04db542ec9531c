import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const listening = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );

/** A server that notes the headers of what it refuses. */
export function refuser() {
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    request.resume().on('end', () => response.writeHead(403).end('{"reason":"no"}'));
  });
  return { requests, url: () => listening(server), close: () => server.close() };
}

/** An answer on its way through a `Front`; its headers may be changed. */
export interface Passing {
  readonly method: string;
  readonly status: number;
  readonly headers: Record<string, string>;
}

/** A proxy before `target`. `judge` decides for each answer whether the client gets it or the connection ends without one. */
export class Front {
  readonly #server: Server;

  constructor(target: string, judge: (answer: Passing) => 'passes' | 'is lost') {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { connection: _, host: __, 'content-length': ___, ...sent } = request.headers;
      const method = request.method ?? 'GET';
      const body = method === 'POST' ? new Uint8Array(Buffer.concat(chunks)) : null;
      const answer = await fetch(target + request.url, { method, body, headers: sent as Record<string, string> });
      const text = await answer.text();
      const retryAfter = answer.headers.get('retry-after');
      const headers = { 'content-type': 'application/json', ...(retryAfter !== null && { 'retry-after': retryAfter }) };
      if (judge({ method, status: answer.status, headers }) === 'is lost') request.socket.destroy();
      else response.writeHead(answer.status, headers).end(text);
    });
  }

  url(): Promise<string> {
    return listening(this.#server);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** A proxy before `target` that loses its answer to the first upload. `uploads` counts them. */
export function losingFirstUpload(target: string) {
  let uploads = 0;
  const front = new Front(target, ({ method }) => {
    if (method === 'POST') uploads += 1;
    return method === 'POST' && uploads === 1 ? 'is lost' : 'passes';
  });
  return { url: () => front.url(), uploads: () => uploads, close: () => front.close() };
}
