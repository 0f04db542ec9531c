/** Why a gateway could not be opened. */
export type GatewayErrorCode = 'bad-pattern' | 'weak-secret' | 'listen-failed';

export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly code: GatewayErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Why one attempt was refused; the text reaches the program in the sandbox. */
export type RefusalCode =
  | 'malformed-target'
  | 'userinfo'
  | 'host-mismatch'
  | 'not-a-host-name'
  | 'policy'
  | 'forbidden-address'
  | 'limit';

/** An attempt that policy or a limit refuses. Normal, recorded, and answered with 403. */
export class EgressRefusedError extends Error {
  override readonly name = 'EgressRefusedError';

  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}

/** A permitted attempt that failed: the name does not resolve, or nobody answers there. Answered with 502. */
export class EgressFailedError extends Error {
  override readonly name = 'EgressFailedError';

  /** `unproven`: somebody answers, and nobody vouches for them. */
  constructor(
    message: string,
    options?: ErrorOptions,
    readonly code: 'unreachable' | 'unproven' = 'unreachable',
  ) {
    super(message, options);
  }
}
