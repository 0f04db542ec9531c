import { ARCHIVE_FAULTS, ArchiveError } from '../blobs/errors.js';

/** `code` of an error answer: stable, so that programs can rely on it. */
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

/** The API itself refuses a request. `message` becomes the `reason` in the answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: ApiErrorCode,
    message: string,
    readonly extra: {
      readonly fields?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    } = {},
  ) {
    super(message);
  }
}

/** The HTTP answer for an error. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: { readonly status: 'error'; readonly reason: string; readonly [field: string]: unknown };
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** Errors of other rooms (`src/stores/`, `src/blobs/`, `src/queue/`, `src/jobs/`, `src/gitlab/`) whose messages clients may read, by their `code`. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  'too-large': 413,
  aborted: 400,
  'egress-not-permitted': 403,
  'queue-unavailable': 503,
  'queue-full': 429,
  'disk-full': 503,
  'store-unavailable': 503,
  'key-reused': 422,
  'bad-audit-token': 401,
  'not-audit-events': 400,
  'audit-store-unavailable': 503,
  'audit-backlog': 503,
  'bad-id-token': 401,
  'issuer-unavailable': 503,
  'bad-ci-variables': 400,
};

/** Seconds after which a client may retry a request that was refused temporarily. */
const RETRY_AFTER_S = '10';

/** The only place that turns errors into HTTP answers. An unknown error becomes a 500 that reveals no details. */
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
  // Errors of Express itself, e.g. for a URL that can't be decoded. Not their own messages: these may quote the request.
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
