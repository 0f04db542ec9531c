import { type Request, type Response, Router } from 'express';
import { GitlabError } from '../../gitlab/errors.js';
import { type DeliveryHead, type EventReceiver, MAX_BODY_BYTES } from '../../gitlab/receive/receiver.js';
import { ApiError } from '../errors.js';
import { methodNotAllowed } from '../method.js';

/** Options of the route that receives GitLab's audit events. */
export interface AuditEventOptions {
  readonly receiver: EventReceiver;
  /** The path that GitLab posts to, e.g. `/gitlab/audit-events`. */
  readonly path: string;
}

const TOKEN_HEADER = 'x-gitlab-event-streaming-token';
/** Deadline for a body to arrive; after it the connection is closed. */
const BODY_DEADLINE_MS = 30_000;

/** Receives the audit events that GitLab streams. The token is checked before the body is read. */
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

/** The values of a header, one for each time it was sent: Node would join them into one text, which might pass as another token. */
function headerLines(request: Request, name: string): readonly string[] {
  const { rawHeaders } = request;
  return rawHeaders.filter((_value, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

/** Closes the connection at the deadline. @throws ApiError 400 when the body did not arrive in full, GitlabError `too-large` */
async function readBody(request: Request, receiver: EventReceiver, head: DeliveryHead): Promise<Buffer> {
  const deadline = setTimeout(() => request.destroy(), BODY_DEADLINE_MS);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Keep the request open when the loop ends early: the client is still sending while the refusal is answered.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) return await receiver.refuseTooLarge(head, bytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof GitlabError) throw error;
    throw new ApiError(400, 'aborted', 'the request body was cut off');
  } finally {
    clearTimeout(deadline);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
