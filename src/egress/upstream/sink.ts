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

/** Answers in the place of a refused host. */
export function answer(status: number, method: string, response: ServerResponse, why: string): void {
  response.setHeader('connection', 'close');
  const text = BRINGS.has(method) ? '' : `proxy: nothing was sent on: ${why}\n`;
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': String(Buffer.byteLength(text)) });
  response.end(method === 'HEAD' ? undefined : text);
}
