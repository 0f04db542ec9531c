/** Why a download failed. */
export type DownloadErrorCode =
  /** The registry can't be reached, or broke off its answer, even after retries. */
  | 'unreachable'
  /** It answered 429 or 5xx each time. */
  | 'unavailable'
  /** It did not start to answer in time. */
  | 'slow'
  /** When asked again for the rest, it sent something different. */
  | 'changed'
  /** The decoded answer is larger than any document may be. */
  | 'too-large'
  /** No client is waiting for it any more. */
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

  /** How long the registry asks clients to wait. */
  readonly retryAfterMs: number | undefined;
}

/** A download can't be stored: the disk is full, or there are too many simultaneous downloads. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
  readonly code = 'no-room';
}
