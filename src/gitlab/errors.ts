/** What can go wrong in this room; `src/api/errors.ts` makes HTTP of it. */
export type GitlabErrorCode =
  /** No destination has this streaming token, or the header is missing, empty or there twice. */
  | 'bad-audit-token'
  /** The body is no JSON object or array. */
  | 'not-audit-events'
  | 'too-large'
  /** Redis did not take the events: they are not stored. */
  | 'audit-store-unavailable'
  /** More events wait to be judged than the store is meant to hold. */
  | 'audit-backlog'
  | 'bad-id-token'
  /** The issuer's keys can't be had just now; the token may be good. */
  | 'issuer-unavailable'
  | 'bad-ci-variables'
  | 'bad-destinations-file';

/** A failure of this room. The message is fit for whoever asked, and never quotes a token. */
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
