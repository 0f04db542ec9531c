import { ARCHIVE_FAULTS, ArchiveError } from '../blobs/errors.js';

/** `code` of an answer that refuses: stable, for programs. */
export type ApiErrorCode =
  | 'malformed-request'
  | 'malformed-id'
  | 'malformed-name'
  | 'unauthorized'
  | 'forbidden'
  | 'foreign-host'
  | 'unknown-job'
  | 'unknown-project'
  | 'unknown-package'
  | 'unknown-route'
  | 'no-command-line'
  | 'unknown-ecosystem'
  | 'unknown-egress'
  | 'unknown-format'
  | 'unknown-priority'
  | 'not-finished'
  | 'method-not-allowed'
  | 'unsupported-media-type'
  | 'too-large'
  | 'aborted'
  | 'too-many-attempts'
  | 'too-many-streams';

/** A request that the API itself refuses. `message` is the reason the client reads. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: ApiErrorCode,
    message: string,
    /** More fields of the answer, e.g. `known`; and its headers. */
    readonly extra: {
      readonly fields?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    } = {},
  ) {
    super(message);
  }
}

/** What a client gets for an error. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: { readonly status: 'error'; readonly reason: string; readonly [field: string]: unknown };
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** Codes of errors from below whose message is fit for the client (`src/blobs/`, `src/queue/`, `src/jobs/`, `src/gitlab/`). */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  'too-large': 413,
  aborted: 400,
  'egress-not-permitted': 403,
  'queue-unavailable': 503,
  'queue-full': 429,
  'disk-full': 503,
  'key-reused': 422,
  'bad-audit-token': 401,
  'not-audit-events': 400,
  'audit-store-unavailable': 503,
  'audit-backlog': 503,
  'bad-id-token': 401,
  'issuer-unavailable': 503,
  'bad-ci-variables': 400,
};

/** Seconds after which a client may try again what was refused for now. */
const RETRY_AFTER_S = '10';

/** The one place where errors become HTTP. What it does not know is a 500 that tells nothing. */
export function answerFor(error: unknown): ErrorAnswer {
  if (error instanceof ApiError) {
    const { status, code, message, extra } = error;
    return answer(status, message, { code, ...extra.fields }, extra.headers);
  }
  if (error instanceof ArchiveError) {
    const status = ARCHIVE_FAULTS[error.code] === 'hostile' ? 422 : 400;
    const entry = error.entry === null ? {} : { entry: error.entry };
    return answer(status, error.message, { code: error.code, ...entry });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = STATUS_BY_CODE[code];
  if (known !== undefined && error instanceof Error) return answer(known, error.message, { code });
  // Express's own: an URL that can't be decoded and the like. Their messages may quote the request.
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (status >= 400 && status < 500) return answer(status, 'the request is malformed', { code: 'malformed-request' });
  return answer(500, 'internal error', { code: 'internal' });
}

function answer(
  status: number,
  reason: string,
  fields: Readonly<Record<string, unknown>>,
  headers: ErrorAnswer['headers'] = {},
): ErrorAnswer {
  const retry = status === 429 || status === 503 ? { 'Retry-After': RETRY_AFTER_S } : {};
  return { status, body: { status: 'error', reason, ...fields }, headers: { ...retry, ...headers } };
}
