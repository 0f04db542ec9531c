/** The errors of this module; `src/api/errors.ts` maps them to HTTP. */
export type GitlabErrorCode =
  /** No destination has this streaming token, or the header is missing, empty or repeated. */
  | 'bad-audit-token'
  /** The body is not a JSON object or array. */
  | 'not-audit-events'
  | 'too-large'
  /** Redis did not accept the events: they are not stored. */
  | 'audit-store-unavailable'
  /** More events are waiting to be evaluated than the store is meant to hold. */
  | 'audit-backlog'
  | 'bad-id-token'
  /** The issuer's keys are currently unavailable; the token may be valid. */
  | 'issuer-unavailable'
  | 'bad-ci-variables'
  | 'bad-destinations-file';

/** An error of this module. The message may be shown to the client, and never contains a token. */
export class GitlabError extends Error {
  override readonly name = 'GitlabError';

  constructor(
    readonly code: GitlabErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
