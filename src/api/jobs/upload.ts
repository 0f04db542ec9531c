import type { Request, Response } from 'express';
import { EGRESS_MODES, type EgressMode } from '../../egress/mode.js';
import { claimedContext, completed, readCiHeaders } from '../../gitlab/identity/ci-variables.js';
import { ECOSYSTEMS, type Passes } from '../../jobs/job.js';
import { type ProjectOptions, projectLineOf } from '../../jobs/projects/line.js';
import { identityOf } from '../auth/identify.js';
import { ApiError } from '../errors.js';
import { oneOf } from '../one-of.js';
import type { JobService } from '../ports.js';

/** Types that a gzipped tar is sent as; the first is what Package Hunter's clients send. */
export const MEDIA_TYPES = [
  'application/octet-stream',
  'application/gzip',
  'application/x-gzip',
  'application/x-tgz',
  'application/x-gtar-compressed',
  'application/x-compressed-tar',
];

/** What an upload route needs. */
export interface UploadOptions {
  readonly jobs: JobService;
  /** Bytes; a body that announces more is refused before it is read. */
  readonly maxUploadBytes: number;
}

/** What a request may ask for beside what its headers tell. */
export interface JobOptions {
  readonly checkNeeded?: boolean | undefined;
  readonly run?: readonly string[] | undefined;
  readonly passes?: Passes | undefined;
  readonly project?: ProjectOptions;
}

/** Takes the request's body in as a job of `ecosystem`. @throws ApiError 400, 404, 413, 415, and what `JobService.submit` throws */
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
  // `createApiServer` leaves this answer to us, so that everything above is refused before the body is sent.
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

/** What the job asks to reach (`?egress=none`). */
function egressOf({ query: { egress } }: Request): EgressMode | undefined {
  if (egress === undefined) return undefined;
  return oneOf(egress, EGRESS_MODES, { status: 400, code: 'unknown-egress', what: 'egress mode' });
}

/** As in the IETF's draft of the header: one value of visible characters. */
function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new ApiError(400, 'malformed-request', 'Idempotency-Key is one value of 1 to 255 visible ASCII characters');
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
