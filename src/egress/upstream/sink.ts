import type { ServerResponse } from 'node:http';

/** How the gateway answers on behalf of refused hosts: nothing is sent upstream, and the request is recorded. */
export interface Sink {
  /** Status for requests without a body. @defaultValue 404 */
  readonly status: number;
}

/** Methods that send data. They are answered with 200, since a program that succeeds goes on and reveals more. */
const SENDING_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** The status for a request to a refused host. */
export function statusOf({ status }: Sink, method: string): number {
  return SENDING_METHODS.has(method) ? 200 : status;
}

/** Answers on behalf of a refused host, without a body, because `curl … | sh` runs any body. A header gives people the reason. */
export function answer(status: number, response: ServerResponse, why: string): void {
  const words = `nothing was sent on: ${why}`.replace(/[^\x20-\x7e]/g, '?');
  response.writeHead(status, { connection: 'close', 'content-length': '0', 'x-packwarden': words });
  response.end();
}
