import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { answerFor } from './errors.js';
import { errorPage } from './pages/error-page.js';
import { sendPage } from './pages/parts/document.js';
import { wantsPage } from './pages/routes.js';

/** How long a client may keep sending the body of a refused request, in milliseconds, before the connection is closed. */
const LINGER_MS = 5_000;

/** The error middleware, which answers every failed request. */
export function errorHandler(log: Logger) {
  // All four parameters are needed: Express recognises an error handler by their number.
  return (error: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const answer = answerFor(error);
    const requestId: unknown = response.locals.requestId;
    if (answer.status >= 500) log.error({ err: error, requestId }, 'request failed');
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    response.status(answer.status);
    for (const [name, value] of Object.entries(answer.headers)) response.append(name, asHeader(value));
    if (isSending(request)) answerWhileSending(request, response, JSON.stringify(answer.body));
    else if (wantsPage(request)) sendPage(response, errorPage(answer));
    else response.json(answer.body);
  };
}

/**
 * Answers a client that is still sending its body. Closing the connection immediately would reset it, and the client would report
 * that instead of our answer. So the whole answer is sent first, and the connection is closed when the client has stopped sending,
 * or after LINGER_MS ("lingering close").
 */
function answerWhileSending(request: IncomingMessage, response: Response, body: string): void {
  response.set({
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  });
  response.write(body);
  const cut = setTimeout(() => request.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(cut));
  request.once('end', () => response.end());
  request.on('error', () => response.end());
  request.resume();
}

/** Whether the request has a body that has not fully arrived yet. */
function isSending(request: IncomingMessage): boolean {
  const { 'transfer-encoding': encoding, 'content-length': length } = request.headers;
  return !request.complete && (encoding !== undefined || Number(length ?? 0) > 0);
}

function asHeader(value: string | readonly string[]): string | string[] {
  return typeof value === 'string' ? value : [...value];
}
