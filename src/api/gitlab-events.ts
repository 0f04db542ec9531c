import { type Request, type Response, Router } from 'express';
import { type DeliveryHead, type EventReceiver, MAX_BODY_BYTES } from '../gitlab/receive/receiver.js';
import { ApiError } from './errors.js';
import { methodNotAllowed } from './method.js';

/** What the route of GitLab's audit events needs. */
export interface AuditEventOptions {
  readonly receiver: EventReceiver;
  /** Where GitLab posts to, e.g. `/gitlab/audit-events`. */
  readonly path: string;
}

const TOKEN_HEADER = 'x-gitlab-event-streaming-token';
/** How long a body may take: a sender that stalls is let go. */
const BODY_DEADLINE_MS = 30_000;

/** Takes the audit events that GitLab streams. The token is looked at before anything of the body is read. */
export function auditEventRoutes({ receiver, path }: AuditEventOptions): Router {
  const router = Router();
  router
    .route(path)
    .post(async (request: Request, response: Response) => {
      const destination = receiver.authenticate(headerLines(request, TOKEN_HEADER));
      const head: DeliveryHead = {
        destination,
        contentType: request.headers['content-type'] ?? '',
        headerType: String(request.headers['x-gitlab-audit-event-type'] ?? '').slice(0, 256),
      };
      const announced = Number(request.headers['content-length'] ?? 0);
      if (announced > MAX_BODY_BYTES) await receiver.refuseTooLarge(head, announced);
      if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
      response.json({ status: 'ok', ...(await receiver.receive(head, await readBody(request, receiver, head))) });
    })
    .all(methodNotAllowed('POST'));
  return router;
}

/** Each line of a header: Node joins several into one text, which could be a token again. */
function headerLines(request: Request, name: string): readonly string[] {
  const { rawHeaders } = request;
  return rawHeaders.filter((_value, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

async function readBody(request: Request, receiver: EventReceiver, head: DeliveryHead): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(deadline);
      request.removeAllListeners('data');
      reject(error);
    };
    const deadline = setTimeout(
      () => fail(new ApiError(408, 'too-slow', `the body did not come within ${BODY_DEADLINE_MS / 1000} s`)),
      BODY_DEADLINE_MS,
    );
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) receiver.refuseTooLarge(head, bytes).catch(fail);
      else chunks.push(chunk);
    });
    request.once('end', () => {
      clearTimeout(deadline);
      if (bytes <= MAX_BODY_BYTES) resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    request.once('error', () => fail(new ApiError(400, 'aborted', 'the body was cut off')));
    request.once('close', () => fail(new ApiError(400, 'aborted', 'the body was cut off')));
  });
}
