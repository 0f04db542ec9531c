import { type Request, type Response, Router } from 'express';
import { GitlabError } from '../../gitlab/errors.js';
import { type DeliveryHead, type EventReceiver, MAX_BODY_BYTES } from '../../gitlab/receive/receiver.js';
import { ApiError } from '../errors.js';
import { methodNotAllowed } from '../method.js';

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

/** A sender that stalls is cut off at the deadline. @throws ApiError 400 when the body was cut off, GitlabError `too-large` */
async function readBody(request: Request, receiver: EventReceiver, head: DeliveryHead): Promise<Buffer> {
  const deadline = setTimeout(() => request.destroy(), BODY_DEADLINE_MS);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Without destroying it at an early end: the refusal is answered while the sender still sends.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) return await receiver.refuseTooLarge(head, bytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof GitlabError) throw error;
    throw new ApiError(400, 'aborted', 'the body was cut off');
  } finally {
    clearTimeout(deadline);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
