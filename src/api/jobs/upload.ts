import type { Request, Response } from 'express';
import { EGRESS_MODES, type EgressMode } from '../../egress/mode.js';
import { claimedContext, completed, readCiHeaders } from '../../gitlab/identity/ci-variables.js';
import { ECOSYSTEMS, type Passes } from '../../jobs/job.js';
import { type ProjectOptions, projectLineOf } from '../../jobs/projects/line.js';
import { identityOf } from '../auth/identify.js';
import { ApiError } from '../errors.js';
import { oneOf } from '../one-of.js';
import type { JobService } from '../ports.js';

/** Media types that clients use for a gzipped tar; Package Hunter's clients send the first. */
export const MEDIA_TYPES = [
  'application/octet-stream',
  'application/gzip',
  'application/x-gzip',
  'application/x-tgz',
  'application/x-gtar-compressed',
  'application/x-compressed-tar',
];

/** Options of the upload routes. */
export interface UploadOptions {
  readonly jobs: JobService;
  /** In bytes; a request whose Content-Length is larger is refused before its body is read. */
  readonly maxUploadBytes: number;
}

/** Options of a job that a request gives in its query. */
export interface JobOptions {
  readonly checkNeeded?: boolean | undefined;
  readonly run?: readonly string[] | undefined;
  readonly passes?: Passes | undefined;
  readonly project?: ProjectOptions;
}

/** Submits the request's body as a job for `ecosystem`. @throws ApiError 400, 404, 413, 415, and whatever `JobService.submit` throws */
export async function upload(
  request: Request,
  response: Response,
  ecosystem: unknown,
  options: UploadOptions,
  { project: named = {}, ...asked }: JobOptions = {},
): Promise<{ readonly id: string }> {
  const known = oneOf(ecosystem, ECOSYSTEMS, { status: 404, code: 'unknown-ecosystem', what: 'ecosystem' });
  const egress = egressOf(request);
  checkHead(request, options.maxUploadBytes);
  const { name: owner, job } = identityOf(response);
  const variables = readCiHeaders(request.headers);
  const address = request.socket.remoteAddress;
  const context = job === null ? claimedContext(variables, address) : completed(job, variables, address);
  const project = projectLineOf(context, named);
  const idempotencyKey = idempotencyKeyOf(request);
  // Sent only now (see `createApiServer`): all checks above can refuse the request before the client sends the body.
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  return options.jobs.submit({
    ecosystem: known,
    owner,
    egress,
    ...asked,
    project,
    body: request,
    context,
    idempotencyKey,
  });
}

/** The egress mode that the job asks for (`?egress=none`). */
function egressOf({ query: { egress } }: Request): EgressMode | undefined {
  if (egress === undefined) return undefined;
  return oneOf(egress, EGRESS_MODES, { status: 400, code: 'unknown-egress', what: 'egress mode' });
}

/** The IETF draft of this header allows one value of visible characters. */
function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new ApiError(
    400,
    'malformed-request',
    'Idempotency-Key must be one value of 1 to 255 visible ASCII characters',
  );
}

function checkHead(request: Request, maxBytes: number): void {
  const { 'content-length': length, 'content-encoding': encoding } = request.headers;
  const mediaType = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!MEDIA_TYPES.includes(mediaType)) {
    throw new ApiError(415, 'unsupported-media-type', 'send the tarball with Content-Type: application/octet-stream', {
      fields: { known: MEDIA_TYPES },
    });
  }
  if (encoding !== undefined && encoding !== 'identity') {
    throw new ApiError(415, 'unsupported-media-type', 'send the tarball without Content-Encoding');
  }
  if (Number(length ?? 0) > maxBytes) {
    throw new ApiError(413, 'too-large', `the body is larger than ${maxBytes} bytes`);
  }
}
