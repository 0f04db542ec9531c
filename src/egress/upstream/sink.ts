import type { ServerResponse } from 'node:http';

/** What a refused host is heard to answer, in the gateway's words: nothing leaves, and what would be sent is seen. */
export interface Sink {
  /** To what asks for something. @defaultValue 404 */
  readonly status: number;
}

/** Requests that bring something: who is told "taken" goes on and shows more. */
const BRINGS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** What a request to a refused host is answered with. */
export function statusOf({ status }: Sink, method: string): number {
  return BRINGS.has(method) ? 200 : status;
}

/** Answers in the place of a refused host, without a body: `curl … | sh` runs whatever it hears. A person reads why in the head. */
export function answer(status: number, response: ServerResponse, why: string): void {
  const words = `nothing was sent on: ${why}`.replace(/[^\x20-\x7e]/g, '?');
  response.writeHead(status, { connection: 'close', 'content-length': '0', 'x-packwarden': words });
  response.end();
}
