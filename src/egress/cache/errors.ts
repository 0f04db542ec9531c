/** Why a download ended before its answer did. */
export type DownloadErrorCode =
  /** The registry is out of reach, or cut what it was sending, also when it was asked again. */
  | 'unreachable'
  /** It answered 429 or 5xx each time. */
  | 'unavailable'
  /** It did not begin to answer in time. */
  | 'slow'
  /** Asked again for the rest, it gave something else. */
  | 'changed'
  /** An answer decoded to more than a document may have. */
  | 'too-large'
  /** Nobody waits for it any more. */
  | 'abandoned';

export class DownloadError extends Error {
  override readonly name = 'DownloadError';

  constructor(
    readonly code: DownloadErrorCode,
    message: string,
    options?: ErrorOptions & { readonly retryAfterMs?: number | undefined },
  ) {
    super(message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }

  /** How long the registry wants to be left alone. */
  readonly retryAfterMs: number | undefined;
}

/** There is no room for what a download brings: the disk is full, or too much is on its way at a time. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
  readonly code = 'no-room';
}
